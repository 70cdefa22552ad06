package org.coopmesh.billing.payroll;

import org.iban4j.Iban4jException;
import org.iban4j.IbanUtil;

/**
 * Where a moderator wants to be paid.
 *
 * @param name of whoever holds the account, 1 to 70 characters
 * @param iban without spaces, its check digits right
 */
record PayAccount(String name, String iban) {
    static final int NAME_LENGTH_MAX = 70;

    PayAccount {
        if (name.isBlank() || name.length() > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException("a name has 1 to 70 characters");
        }
        try {
            IbanUtil.validate(iban);
        } catch (Iban4jException wrong) {
            throw new IllegalArgumentException("not a valid IBAN", wrong);
        }
    }
}
