package org.coopmesh.membership.identity;

import java.util.Locale;

/**
 * Whom a letter goes to.
 *
 * @param language in which they are written to: the one they chose, else that of the browser they last signed in with
 */
public record Addressee(String email, String name, Locale language) {
    @Override
    public String toString() {
        return "Addressee";
    }
}
