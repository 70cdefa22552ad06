package org.coopmesh.billing.ledger;

import java.util.List;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The book and its days, sealed at once, for tests of other capabilities. */
public final class HeadsForTests {
    private HeadsForTests() {}

    /** Seals all days that are over, and chains them. */
    public static void seal(ApplicationContext context) {
        context.getBean(Sealing.class).sealDaysThatAreOver();
    }

    /** Leaves nothing of the book, for a test whose time begins earlier than another's ended. */
    public static void forget(JdbcClient db) {
        List<String> tables =
                List.of(
                        "ledger_entry",
                        "ledger_transaction",
                        "ledger_account",
                        "ledger_sealed",
                        "ledger_head",
                        "ledger_checkpoint");
        tables.forEach(table -> db.sql("alter table " + table + " disable trigger user").update());
        db.sql("truncate " + String.join(", ", tables) + " cascade").update();
        tables.forEach(table -> db.sql("alter table " + table + " enable trigger user").update());
    }
}
