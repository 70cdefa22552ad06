package org.coopmesh.nodeagent;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a co-op gives for one node, in one line to be pasted or scanned: where to call, whom to trust there, and a code. Written
 * {@code coopmesh:enrol?membership=host:port&billing=host:port&ca=<64 hexadecimal digits>&code=<26 characters>}.
 */
record Invitation(String membership, String billing, String caFingerprint, String code) {
    static final int CHARACTERS_MAX = 1_000;
    private static final String BEGIN = "coopmesh:enrol?";

    /** Lines of agent.conf that an invitation takes the place of. */
    private static final Pattern REPLACED =
            Pattern.compile(
                    "\\s*(membership|billing|ca-fingerprint|enrolment-code)\\s*([:=\\s].*)?");

    /** Whether {@code text} is meant to be one. */
    static boolean isOne(String text) {
        return text.strip().toLowerCase(Locale.ROOT).startsWith(BEGIN);
    }

    /**
     * Reads one; keys that it does not know are left alone.
     *
     * @throws ConfigWrong if a part is missing or twice; whether a part is well-formed agent.conf says
     */
    static Invitation parse(String text) throws ConfigWrong {
        if (text.length() > CHARACTERS_MAX || !isOne(text)) {
            throw new ConfigWrong("invitation", "begins with " + BEGIN);
        }
        Map<String, String> parts = new HashMap<>();
        for (String part : text.strip().substring(BEGIN.length()).split("&")) {
            int at = part.indexOf('=');
            if (at < 1 || parts.put(part.substring(0, at), part.substring(at + 1)) != null) {
                throw new ConfigWrong("invitation", "has each part once, as name=value: " + part);
            }
        }
        for (String key : List.of("membership", "billing", "ca", "code")) {
            if (!parts.containsKey(key)) throw new ConfigWrong("invitation", "lacks " + key);
        }
        String code = parts.getOrDefault("code", "");
        if (!AgentConfig.isCode(code)) {
            throw new ConfigWrong("invitation", "has a code of 26 characters of base 32");
        }
        return new Invitation(
                parts.getOrDefault("membership", ""),
                parts.getOrDefault("billing", ""),
                parts.getOrDefault("ca", ""),
                code);
    }

    /** {@code conf}, the text of an agent.conf, with what this says; the code is not written down, for it works once. */
    String into(String conf) {
        var out = new StringBuilder();
        conf.lines()
                .filter(line -> !REPLACED.matcher(line).matches())
                .forEach(line -> out.append(line).append('\n'));
        return out.append("membership: ")
                .append(membership)
                .append("\nbilling: ")
                .append(billing)
                .append("\nca-fingerprint: ")
                .append(caFingerprint)
                .append('\n')
                .toString();
    }
}
