package org.coopmesh.abuse.ban;

import java.util.List;
import java.util.Optional;
import org.coopmesh.abuse.ban.BlastRadius.Refusal;
import org.coopmesh.abuse.subject.Prefix;

/** The ranges that no co-op bans, whatever its own list says: too much at once, or not a place on the Internet. */
final class NeverBan {
    private static final int WIDEST_V4 = 8;
    private static final int WIDEST_V6 = 16;

    /** One range and why it is never banned. */
    record Reserved(Prefix prefix, String rule, String why) {}

    static final List<Reserved> RESERVED =
            List.of(
                    reserved("0.0.0.0/8", "unspecified", "this host"),
                    reserved("127.0.0.0/8", "loopback", "loopback"),
                    reserved("169.254.0.0/16", "link-local", "link-local"),
                    reserved("224.0.0.0/4", "multicast", "multicast"),
                    reserved("255.255.255.255/32", "broadcast", "broadcast"),
                    reserved("::/128", "unspecified", "no address"),
                    reserved("::1/128", "loopback", "loopback"),
                    reserved("fe80::/10", "link-local", "link-local"),
                    reserved("ff00::/8", "multicast", "multicast"));

    /** Where whole communities live: parts of them may be banned, none of them as a whole. */
    private static final List<Reserved> NEVER_WHOLE =
            List.of(
                    reserved("10.0.0.0/8", "whole-range", "private addresses"),
                    reserved(
                            "100.64.0.0/10",
                            "whole-range",
                            "shared addresses behind carriers' NAT"),
                    reserved("172.16.0.0/12", "whole-range", "private addresses"),
                    reserved("192.168.0.0/16", "whole-range", "private addresses"));

    private NeverBan() {}

    static Optional<Refusal> refusal(Prefix prefix) {
        if (tooWide(prefix)) {
            return Optional.of(
                    new Refusal(
                            "too-wide",
                            "%s is wider than a /8, or for IPv6 a /16: no ban is so wide"
                                    .formatted(prefix)));
        }
        Optional<Refusal> whole =
                NEVER_WHOLE.stream()
                        .filter(all -> prefix.contains(all.prefix()))
                        .findFirst()
                        .map(all ->
                                new Refusal(
                                        all.rule(),
                                        "%s is all of %s (%s): ban a part of it"
                                                .formatted(prefix, all.prefix(), all.why())));
        if (whole.isPresent()) {
            return whole;
        }
        return RESERVED.stream()
                .filter(reserved -> reserved.prefix().overlaps(prefix))
                .findFirst()
                .map(reserved ->
                        new Refusal(
                                reserved.rule(),
                                "%s reaches into %s (%s)"
                                        .formatted(prefix, reserved.prefix(), reserved.why())));
    }

    static boolean tooWide(Prefix prefix) {
        return prefix.widerThan(WIDEST_V4, WIDEST_V6);
    }

    private static Reserved reserved(String prefix, String rule, String why) {
        return new Reserved(Prefix.parse(prefix), rule, why);
    }
}
