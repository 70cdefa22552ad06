package org.coopmesh.membership.names;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.coopmesh.membership.node.Attachment;
import org.coopmesh.membership.node.Prefix;

/** What lies behind a node: the prefixes that are attached to it now. */
public final class Behind {
    private Behind() {}

    static List<Prefix> of(Collection<Attachment> attachments) {
        return attachments.stream()
                .flatMap(each -> Stream.of(each.prefixV4(), each.prefixV6()))
                .flatMap(Stream::ofNullable)
                .toList();
    }

    static boolean contains(Collection<Prefix> prefixes, String address) {
        Prefix host = Prefix.parse(address);
        return prefixes.stream().anyMatch(prefix -> prefix.contains(host));
    }

    /**
     * Where a name leads: to the hosts of its service that are behind the node now, or to the node itself, on each prefix that
     * it has.
     */
    public static List<String> addresses(MeshName name, Collection<Attachment> attachments) {
        MeshService service = name.about().service();
        if (service != null && !service.hosts().isEmpty()) {
            List<Prefix> behind = of(attachments);
            return service.hosts().stream().filter(host -> contains(behind, host)).toList();
        }
        return attachments.stream()
                .flatMap(each -> Stream.of(each.routerV4(), each.routerV6()))
                .filter(address -> !address.isEmpty())
                .distinct()
                .toList();
    }
}
