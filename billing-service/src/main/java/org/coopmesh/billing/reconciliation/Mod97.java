package org.coopmesh.billing.reconciliation;

/** The remainder that IBANs (ISO 13616) and creditor references (ISO 11649) are checked by, after ISO 7064. */
final class Mod97 {
    private Mod97() {}

    /** {@code text} of digits and capital letters, a letter being 10 to 35, modulo 97. */
    static int of(String text) {
        int rest = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = Character.digit(text.charAt(i), 36);
            if (digit < 0) throw new IllegalArgumentException("neither digit nor letter");
            rest = (digit < 10 ? rest * 10 + digit : rest * 100 + digit) % 97;
        }
        return rest;
    }
}
