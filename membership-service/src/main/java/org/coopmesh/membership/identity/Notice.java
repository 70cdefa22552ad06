package org.coopmesh.membership.identity;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What people are told by mail about how they sign in. */
enum Notice {
    /** Somebody asked for a link to sign in by. */
    SIGN_IN_LINK(Leads.ASKED_FOR),
    /** Somebody who is signed in wants to sign in with another address. */
    ADDRESS_LINK(Leads.ASKED_FOR),
    PASSKEY_ADDED(Leads.SECURITY),
    PASSKEY_REMOVED(Leads.SECURITY),
    CODE_APP_ADDED(Leads.SECURITY),
    CODE_APP_REMOVED(Leads.SECURITY),
    EXTERNAL_LINKED(Leads.SECURITY),
    EXTERNAL_REMOVED(Leads.SECURITY),
    PASSWORD_CHANGED(Leads.SECURITY),
    PASSWORD_CHOSEN(Leads.SECURITY),
    /** Goes to the old address and to the new one. */
    ADDRESS_CHANGED(Leads.SECURITY),
    ROLES_CHANGED(Leads.SECURITY),
    /** Somebody of the board saw what the owner sees. */
    VIEWED(Leads.SECURITY),
    /** Two board members agreed to a recovery; it waits, and whoever gets this can stop it. */
    RECOVERY_BEGUN(Leads.STOP),
    /** The same, for the other board members. */
    RECOVERY_OF_ANOTHER(Leads.BOARD),
    RECOVERY_STOPPED(Leads.SECURITY),
    /** The code was handed out; it can still be stopped. */
    RECOVERY_CODE_MADE(Leads.STOP),
    RECOVERED(Leads.SECURITY);

    /** Where the link in a letter leads. */
    enum Leads {
        /** To what was asked for. */
        ASKED_FOR,
        /** To the page about proofs and sign-ins. */
        SECURITY,
        /** To the button that stops a recovery. */
        STOP,
        /** To the board's page about recoveries. */
        BOARD
    }

    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    private final Leads leads;

    Notice(Leads leads) {
        this.leads = leads;
    }

    Leads leads() {
        return leads;
    }

    /** A notice in one language. */
    record Words(String subject, String body) {}

    /** As it is written in the table, such as {@code passkey-added}. */
    String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads what {@link #tag} wrote.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    static Notice of(String tag) {
        return valueOf(tag.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** The notice that tells of a change of proofs; empty where nobody is told of it. */
    static Optional<Notice> about(String change) {
        for (Notice notice : values()) {
            if (notice.tag().equals(change)) return Optional.of(notice);
        }
        return Optional.empty();
    }

    /** Its words, with {@code values} in their places; a value is text and no place itself. */
    Words words(Language language, Map<String, String> values) {
        ResourceBundle words = bundle(language);
        return new Words(
                fill(words.getString(tag() + ".subject"), values).replaceAll("\\s+", " ").strip(),
                fill(words.getString(tag() + ".body"), values));
    }

    /** What a role is called in a letter. */
    static String name(Role role, Language language) {
        return bundle(language).getString("role." + role.word());
    }

    private static ResourceBundle bundle(Language language) {
        return ResourceBundle.getBundle(
                Notice.class.getPackageName() + ".letters",
                language.locale(),
                ResourceBundle.Control.getNoFallbackControl(
                        ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    private static String fill(String text, Map<String, String> values) {
        return PLACE.matcher(text)
                .replaceAll(place -> {
                    String value = values.get(place.group(1));
                    return Matcher.quoteReplacement(value == null ? place.group() : value);
                });
    }
}
