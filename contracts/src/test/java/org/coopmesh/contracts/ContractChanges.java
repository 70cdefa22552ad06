package org.coopmesh.contracts;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a change of the protos does to those who were built before it: old nodes, events that are already in a log.
 *
 * <p>Adding breaks nobody. A field or an enum value may go if both its number and its name are {@code reserved}; a message, an
 * enum, a service and an rpc never go. Everything else that was said once is kept: numbers, names, types, labels, oneofs.
 */
final class ContractChanges {

    private final List<String> breaks = new ArrayList<>();

    private ContractChanges() {}

    /** Each thing that {@code now} breaks of {@code before}, in words; empty if nothing. */
    static List<String> breaking(FileDescriptorSet before, FileDescriptorSet now) {
        var changes = new ContractChanges();
        changes.compare(Contract.of(before), Contract.of(now));
        return List.copyOf(changes.breaks);
    }

    /** Everything that has a full name, by that name: which file it stands in is nobody's business. */
    private record Contract(
            Map<String, DescriptorProto> messages,
            Map<String, EnumDescriptorProto> enums,
            Map<String, ServiceDescriptorProto> services) {

        static Contract of(FileDescriptorSet files) {
            var contract =
                    new Contract(
                            new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
            for (FileDescriptorProto file : files.getFileList()) {
                String of = file.getPackage() + ".";
                file.getMessageTypeList().forEach(message -> contract.add(of, message));
                file.getEnumTypeList().forEach(e -> contract.enums.put(of + e.getName(), e));
                file.getServiceList().forEach(s -> contract.services.put(of + s.getName(), s));
            }
            return contract;
        }

        private void add(String of, DescriptorProto message) {
            String name = of + message.getName();
            messages.put(name, message);
            message.getNestedTypeList().forEach(nested -> add(name + ".", nested));
            message.getEnumTypeList().forEach(e -> enums.put(name + "." + e.getName(), e));
        }
    }

    private void compare(Contract before, Contract now) {
        before.messages.forEach((name, was) -> {
            DescriptorProto is = now.messages.get(name);
            if (is == null) broken("message " + name, "is gone");
            else compare("message " + name, was, is);
        });
        before.enums.forEach((name, was) -> {
            EnumDescriptorProto is = now.enums.get(name);
            if (is == null) broken("enum " + name, "is gone");
            else compare("enum " + name, was, is);
        });
        before.services.forEach((name, was) -> {
            ServiceDescriptorProto is = now.services.get(name);
            if (is == null) broken("service " + name, "is gone");
            else compare("service " + name, was, is);
        });
    }

    private void compare(String message, DescriptorProto was, DescriptorProto is) {
        Map<Integer, FieldDescriptorProto> byNumber =
                by(is.getFieldList(), FieldDescriptorProto::getNumber);
        Map<String, FieldDescriptorProto> byName =
                by(is.getFieldList(), FieldDescriptorProto::getName);
        for (FieldDescriptorProto field : was.getFieldList()) {
            FieldDescriptorProto sameName = byName.get(field.getName());
            FieldDescriptorProto sameNumber = byNumber.get(field.getNumber());
            String what = message + ", field " + field.getName() + " = " + field.getNumber();
            if (sameName != null && sameName.getNumber() != field.getNumber()) {
                broken(what, "is renumbered to " + sameName.getNumber());
            } else if (sameNumber != null && sameName == null) {
                broken(what, "is renamed to " + sameNumber.getName());
                compare(what, field, was, sameNumber, is);
            } else if (sameNumber != null) {
                compare(what, field, was, sameNumber, is);
            } else {
                boolean number =
                        is.getReservedRangeList().stream()
                                .anyMatch(range ->
                                        range.getStart() <= field.getNumber()
                                                && field.getNumber() < range.getEnd());
                removed(what, number, is.getReservedNameList().contains(field.getName()));
            }
        }
        was.getReservedRangeList()
                .forEach(range -> {
                    for (int number = range.getStart(); number < range.getEnd(); number++) {
                        int kept = number;
                        boolean still =
                                is.getReservedRangeList().stream()
                                        .anyMatch(r -> r.getStart() <= kept && kept < r.getEnd());
                        if (!still) broken(message, "number " + number + " is no more reserved");
                    }
                });
        for (String name : was.getReservedNameList()) {
            if (!is.getReservedNameList().contains(name)) {
                broken(message, "name " + name + " is no more reserved");
            }
        }
    }

    private void compare(
            String what,
            FieldDescriptorProto was,
            DescriptorProto wasIn,
            FieldDescriptorProto is,
            DescriptorProto isIn) {
        changed(what, "type", type(was), type(is));
        changed(what, "label", label(was), label(is));
        changed(what, "oneof", oneof(was, wasIn), oneof(is, isIn));
        if (was.getName().equals(is.getName())) {
            changed(what, "JSON name", was.getJsonName(), is.getJsonName());
        }
    }

    private void compare(String name, EnumDescriptorProto was, EnumDescriptorProto is) {
        Map<Integer, EnumValueDescriptorProto> byNumber =
                by(is.getValueList(), EnumValueDescriptorProto::getNumber);
        Map<String, EnumValueDescriptorProto> byName =
                by(is.getValueList(), EnumValueDescriptorProto::getName);
        for (EnumValueDescriptorProto value : was.getValueList()) {
            EnumValueDescriptorProto sameName = byName.get(value.getName());
            EnumValueDescriptorProto sameNumber = byNumber.get(value.getNumber());
            String what = name + ", value " + value.getName() + " = " + value.getNumber();
            if (sameName != null && sameName.getNumber() != value.getNumber()) {
                broken(what, "is renumbered to " + sameName.getNumber());
            } else if (sameName == null && sameNumber != null) {
                broken(what, "is renamed to " + sameNumber.getName());
            } else if (sameName == null) {
                boolean number = reserved(is, value.getNumber());
                removed(what, number, is.getReservedNameList().contains(value.getName()));
            }
        }
        was.getReservedRangeList()
                .forEach(range -> {
                    // An enum's ranges end with their last number, a message's after it.
                    for (int number = range.getStart(); number <= range.getEnd(); number++) {
                        if (!reserved(is, number)) {
                            broken(name, "number " + number + " is no more reserved");
                        }
                    }
                });
        for (String kept : was.getReservedNameList()) {
            if (!is.getReservedNameList().contains(kept)) {
                broken(name, "name " + kept + " is no more reserved");
            }
        }
    }

    private void compare(String service, ServiceDescriptorProto was, ServiceDescriptorProto is) {
        Map<String, MethodDescriptorProto> byName =
                by(is.getMethodList(), MethodDescriptorProto::getName);
        for (MethodDescriptorProto rpc : was.getMethodList()) {
            MethodDescriptorProto same = byName.get(rpc.getName());
            String what = service + ", rpc " + rpc.getName();
            if (same == null) {
                broken(what, "is gone");
                continue;
            }
            changed(what, "request", request(rpc), request(same));
            changed(what, "answer", answer(rpc), answer(same));
        }
    }

    private static boolean reserved(EnumDescriptorProto in, int number) {
        return in.getReservedRangeList().stream()
                .anyMatch(range -> range.getStart() <= number && number <= range.getEnd());
    }

    private void removed(String what, boolean numberReserved, boolean nameReserved) {
        if (numberReserved && nameReserved) return;
        String missing =
                numberReserved ? "its name" : nameReserved ? "its number" : "its number and name";
        broken(what, "is gone and " + missing + " not reserved");
    }

    private void changed(String what, String aspect, String was, String is) {
        if (!was.equals(is)) broken(what, "changes its " + aspect + " from " + was + " to " + is);
    }

    private void broken(String what, String how) {
        breaks.add(what + ": " + how);
    }

    private static String type(FieldDescriptorProto field) {
        return field.hasTypeName()
                ? field.getTypeName().substring(1)
                : field.getType().name().substring("TYPE_".length()).toLowerCase(Locale.ROOT);
    }

    private static String label(FieldDescriptorProto field) {
        return switch (field.getLabel()) {
            case LABEL_REPEATED -> "repeated";
            case LABEL_REQUIRED -> "required";
            case LABEL_OPTIONAL -> field.getProto3Optional() ? "optional" : "singular";
        };
    }

    private static String oneof(FieldDescriptorProto field, DescriptorProto in) {
        return Optional.of(field)
                .filter(f -> f.hasOneofIndex() && !f.getProto3Optional())
                .map(f -> in.getOneofDecl(f.getOneofIndex()).getName())
                .orElse("none");
    }

    private static String request(MethodDescriptorProto rpc) {
        return (rpc.getClientStreaming() ? "stream " : "") + rpc.getInputType().substring(1);
    }

    private static String answer(MethodDescriptorProto rpc) {
        return (rpc.getServerStreaming() ? "stream " : "") + rpc.getOutputType().substring(1);
    }

    private static <K, V> Map<K, V> by(List<V> values, Function<V, K> key) {
        Map<K, V> map = new LinkedHashMap<>();
        values.forEach(value -> map.putIfAbsent(key.apply(value), value));
        return map;
    }
}
