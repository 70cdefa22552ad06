package org.coopmesh.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is said on the bus has no room for a person: ids, days, amounts, and texts of few kinds that are named here one by one. */
class EventsTest {
    /** Ids are random, days are days, a hash says nothing, and a code is one of the co-op's own. */
    private static final Pattern PLAIN =
            Pattern.compile(
                    "(\\w+_)?id|(\\w+_)?on|(\\w+_)?sha256|(\\w+_)?code|day|month|since|until|currency");

    /** Field by field, after somebody has thought about it: is it about a person? */
    private static final List<String> THOUGHT_ABOUT =
            List.of(
                    "BanTarget.prefix", // Whom a ban hits, nodes have to know.
                    "InvoiceIssued.number",
                    "InvoiceIssued.pay_path", // A secret for who mails it to the payer.
                    "InvoiceCredited.number",
                    "PaymentReceived.method",
                    "ReportSetAside.reason",
                    "NodeAttached.prefix_v4", // Bills and bans are of addresses.
                    "NodeAttached.prefix_v6",
                    "NodeAttached.router_v4",
                    "NodeAttached.router_v6",
                    "RoleEvent.role",
                    "CoopConstituted.name", // The co-op's.
                    "CoopConstituted.time_zone",
                    "CoopConstituted.pools",
                    "AssemblyTermsChange.majority",
                    "AssemblyTermsChange.rules_majority",
                    "BudgetChange.purpose", // What the assembly pays for.
                    "LogGrown.checkpoint",
                    "LogGrown.keys",
                    "CheckpointCosigned.checkpoint",
                    "CheckpointCosigned.cosignature",
                    "CheckpointRefused.checkpoint",
                    "CheckpointRefused.seen",
                    "CheckpointRefused.why"); // A word of a node's program.

    @Test
    void noEventHasRoomForAPersonsNameOrAddress() throws Exception {
        assertThat(texts())
                .as("texts in events: name them here once you are sure that they are about nobody")
                .allMatch(field ->
                        PLAIN.matcher(field.substring(field.indexOf('.') + 1)).matches()
                                || THOUGHT_ABOUT.contains(field));
    }

    private static List<String> texts() throws Exception {
        byte[] compiled = Files.readAllBytes(Path.of(System.getProperty("contracts.descriptors")));
        var texts = new ArrayList<String>();
        for (FileDescriptorProto file : FileDescriptorSet.parseFrom(compiled).getFileList()) {
            if (!file.getName().endsWith("_event.proto")) continue;
            for (DescriptorProto message : file.getMessageTypeList()) add(message, texts);
        }
        assertThat(texts).contains("MemberJoined.joined_on");
        return texts;
    }

    private static void add(DescriptorProto message, List<String> texts) {
        for (FieldDescriptorProto field : message.getFieldList()) {
            if (field.getType() == Type.TYPE_STRING) {
                texts.add(message.getName() + "." + field.getName());
            }
        }
        for (DescriptorProto nested : message.getNestedTypeList()) add(nested, texts);
    }
}
