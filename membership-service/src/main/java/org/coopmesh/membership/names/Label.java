package org.coopmesh.membership.names;

import com.ibm.icu.text.IDNA;
import com.ibm.icu.text.SpoofChecker;
import com.ibm.icu.text.UnicodeSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * One label of a name, checked: by UTS 46 and the rules of host names, and by UTS 39 so that it does not look like another.
 *
 * @param ascii as DNS has it
 * @param display as people read it; the same where it is plain ASCII
 * @param skeleton two labels that are easily taken for each other have the same one
 */
public record Label(String ascii, String display, String skeleton) {
    private static final int TYPED_LENGTH_MAX = 200;
    private static final int LENGTH_MAX = 63;

    /** Names that programs give a meaning of their own, or that the co-op itself is known by. */
    private static final Set<String> ALWAYS_RESERVED =
            Set.of(
                    "abuse",
                    "admin",
                    "autoconfig",
                    "autodiscover",
                    "bank",
                    "billing",
                    "board",
                    "broadcasthost",
                    "cert",
                    "coop",
                    "coopmesh",
                    "dashboard",
                    "dhcp",
                    "dns",
                    "emergency",
                    "example",
                    "gateway",
                    "gw",
                    "help",
                    "hostmaster",
                    "imap",
                    "invalid",
                    "isatap",
                    "local",
                    "localdomain",
                    "localhost",
                    "login",
                    "mail",
                    "mesh",
                    "moderator",
                    "mx",
                    "ns",
                    "ns0",
                    "ns1",
                    "ns2",
                    "ns3",
                    "ns4",
                    "ntp",
                    "onion",
                    "pay",
                    "pop",
                    "portal",
                    "postmaster",
                    "proxy",
                    "root",
                    "router",
                    "security",
                    "smtp",
                    "sso",
                    "support",
                    "test",
                    "time",
                    "treasurer",
                    "vpn",
                    "webmaster",
                    "wpad",
                    "www");

    private static final IDNA UTS_46 =
            IDNA.getUTS46Instance(
                    IDNA.USE_STD3_RULES
                            | IDNA.CHECK_BIDI
                            | IDNA.CHECK_CONTEXTJ
                            | IDNA.CHECK_CONTEXTO
                            | IDNA.NONTRANSITIONAL_TO_ASCII
                            | IDNA.NONTRANSITIONAL_TO_UNICODE);

    private static final SpoofChecker UTS_39 =
            new SpoofChecker.Builder()
                    .setChecks(
                            SpoofChecker.RESTRICTION_LEVEL
                                    | SpoofChecker.INVISIBLE
                                    | SpoofChecker.MIXED_NUMBERS
                                    | SpoofChecker.CHAR_LIMIT)
                    .setRestrictionLevel(SpoofChecker.RestrictionLevel.HIGHLY_RESTRICTIVE)
                    .setAllowedChars(
                            new UnicodeSet(SpoofChecker.INCLUSION).addAll(SpoofChecker.RECOMMENDED))
                    .build();

    /**
     * Reads what somebody typed; capitals are made small.
     *
     * @throws NameRefused if it is no label, or one that is made of more than one script
     */
    static Label of(String typed) {
        String wanted = typed.strip();
        if (wanted.isEmpty()) throw refused("required", "a label is wanted");
        if (wanted.length() > TYPED_LENGTH_MAX) throw tooLong();
        if (wanted.indexOf('.') >= 0) {
            throw refused("form", "one label is wanted, without a dot and without the zone");
        }
        var info = new IDNA.Info();
        String ascii =
                UTS_46.labelToASCII(wanted, new StringBuilder(), info)
                        .toString()
                        .toLowerCase(Locale.ROOT);
        if (info.hasErrors()) throw refused(info.getErrors());
        if (ascii.length() > LENGTH_MAX) throw tooLong();
        String display =
                UTS_46.labelToUnicode(ascii, new StringBuilder(), new IDNA.Info()).toString();
        var found = new SpoofChecker.CheckResult();
        if (UTS_39.failsChecks(display, found)) {
            throw refused(
                    "mixed-scripts",
                    "a label is written in one script, with letters in everyday use; this one could deceive");
        }
        return new Label(ascii, display, skeletonOf(display));
    }

    /** Made small once more, since a zero is told to look like a capital O. */
    private static String skeletonOf(String display) {
        return UTS_39.getSkeleton(UTS_39.getSkeleton(display).toLowerCase(Locale.ROOT));
    }

    private static NameRefused refused(Set<IDNA.Error> errors) {
        if (errors.contains(IDNA.Error.LABEL_TOO_LONG)) return tooLong();
        if (errors.contains(IDNA.Error.LEADING_HYPHEN)
                || errors.contains(IDNA.Error.TRAILING_HYPHEN)
                || errors.contains(IDNA.Error.HYPHEN_3_4)) {
            return refused(
                    "hyphen",
                    "a label neither begins nor ends with a hyphen, nor has two at its third place");
        }
        if (errors.contains(IDNA.Error.PUNYCODE) || errors.contains(IDNA.Error.INVALID_ACE_LABEL)) {
            return refused("punycode", "what follows xn-- is not well-formed");
        }
        return refused("characters", "a label has letters, digits and hyphens");
    }

    private static NameRefused refused(String rule, String why) {
        return new NameRefused("label", rule, why);
    }

    private static NameRefused tooLong() {
        return refused(
                "size", "a label has at most " + LENGTH_MAX + " characters as DNS counts them");
    }

    /** Skeletons of every label that nobody may hold: those that never are, and {@code others}. */
    static Set<String> reserved(Iterable<String> others) {
        var skeletons = new TreeSet<String>();
        ALWAYS_RESERVED.forEach(label -> skeletons.add(skeletonOf(label)));
        others.forEach(label -> {
            if (!label.isBlank()) skeletons.add(of(label).skeleton());
        });
        return skeletons;
    }
}
