package org.coopmesh.billing.treasury;

import java.io.IOException;
import org.coopmesh.billing.ledger.Head;
import org.coopmesh.billing.ledger.Ledger.AccountBalance;
import org.coopmesh.billing.ledger.WrittenTransaction;

/** One way to write the book down; called in this order, and the next line is written before the next row is read. */
interface BookFormat {
    void begin() throws IOException;

    void account(WrittenTransaction.Account account) throws IOException;

    void transaction(WrittenTransaction transaction) throws IOException;

    /** After the last transaction of its day. */
    default void head(Head head) throws IOException {}

    default void balance(AccountBalance balance) throws IOException {}

    default void end() throws IOException {}
}
