package org.coopmesh.billing.treasury;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.billing.ledger.Head;
import org.coopmesh.billing.ledger.Ledger.AccountBalance;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.ledger.WrittenTransaction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The whole book as JSON lines for {@code ./coopmesh verify books}; the last line holds the SHA-256 of all before it. */
final class BooksFormat implements BookFormat {
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final OutputStream out;
    private final JsonMapper json;
    private final Names names;
    private final MessageDigest digest = sha256();
    private long transactions;

    BooksFormat(OutputStream out, JsonMapper json, Names names) {
        this.out = out;
        this.json = json;
        this.names = names;
    }

    @Override
    public void begin() throws IOException {
        line(Map.of("books", 1));
    }

    @Override
    public void account(WrittenTransaction.Account account) throws IOException {
        if (names == Names.PAYERS && account.id().kind().isPersonal()) {
            line("account", of("name", account.publicName(), "id", account.id().toString()));
        }
    }

    @Override
    public void transaction(WrittenTransaction written) throws IOException {
        TransactionId reverses = written.reverses();
        var members =
                of(
                        "id", written.id().value().toString(),
                        "effective", time(written.effectiveAt()),
                        "happened", time(written.happenedAt()),
                        "recorded", time(written.recordedAt()),
                        "reverses", reverses == null ? "-" : reverses.value().toString(),
                        "whatSha256", hex(sha256().digest(written.what().getBytes(UTF_8))));
        if (names == Names.PAYERS) {
            members.put("what", written.what());
        }
        var postings = new ArrayList<List<String>>();
        for (WrittenTransaction.Line line : written.lines()) {
            postings.add(
                    List.of(
                            String.valueOf(line.amount().microUnits()),
                            line.amount().currency().getCurrencyCode(),
                            line.from().publicName(),
                            line.to().publicName()));
        }
        members.put("postings", postings);
        line("transaction", members);
        transactions++;
    }

    @Override
    public void head(Head head) throws IOException {
        line(
                "head",
                of(
                        "day", head.day().toString(),
                        "transactions", head.transactions(),
                        "hash", head.hash()));
    }

    @Override
    public void balance(AccountBalance balance) throws IOException {
        line(
                "balance",
                of(
                        "account", balance.account().publicName(),
                        "currency", balance.balance().currency().getCurrencyCode(),
                        "micro", String.valueOf(balance.balance().microUnits())));
    }

    @Override
    public void end() throws IOException {
        out.write(
                "{\"end\":{\"transactions\":%d,\"sha256\":\"%s\"}}\n"
                        .formatted(transactions, hex(digest.digest()))
                        .getBytes(UTF_8));
    }

    private void line(String kind, Map<String, Object> members) throws IOException {
        line(Map.of(kind, members));
    }

    private void line(Map<String, ?> object) throws IOException {
        byte[] bytes = (json.writeValueAsString(object) + "\n").getBytes(UTF_8);
        digest.update(bytes);
        out.write(bytes);
    }

    private static Map<String, Object> of(Object... namesAndValues) {
        var members = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return members;
    }

    private static String time(@Nullable Instant instant) {
        return instant == null ? "-" : MICROS.format(instant);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }
}
