package org.coopmesh.membership.identity;

import java.util.Set;

/** Knows every e-mail address by which the owner of an account is reached, besides that of the account. */
public interface Contacts {
    Set<String> emails(AccountId account);
}
