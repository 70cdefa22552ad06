package org.coopmesh.billing.ledger;

import java.time.LocalDate;

/**
 * Where the hash chain stood when a day of recording was over.
 *
 * @param day in UTC; days on which nothing was recorded have none
 * @param transactions recorded on that day
 * @param hash 64 hexadecimal digits
 */
public record Head(LocalDate day, long transactions, String hash) {}
