package org.coopmesh.billing.reconciliation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/** Writes camt files for the tests, version 8. */
final class Camt {
    private Camt() {}

    /** An entry, or a part of one. */
    record Entry(
            Money amount,
            @Nullable String bankReference,
            @Nullable String code,
            @Nullable String information,
            @Nullable String reference,
            @Nullable String text,
            @Nullable String endToEnd,
            @Nullable String iban,
            @Nullable String returned,
            @Nullable String charged,
            List<Entry> parts) {
        static Entry in(String amount) {
            return new Entry(
                    Samples.euros(amount),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    List.of());
        }

        static Entry out(String amount) {
            return new Entry(
                    Samples.euros("-" + amount),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    List.of());
        }

        Entry bankReference(String other) {
            return new Entry(
                    amount,
                    other,
                    code,
                    information,
                    reference,
                    text,
                    endToEnd,
                    iban,
                    returned,
                    charged,
                    parts);
        }

        Entry code(String other) {
            return new Entry(
                    amount,
                    bankReference,
                    other,
                    information,
                    reference,
                    text,
                    endToEnd,
                    iban,
                    returned,
                    charged,
                    parts);
        }

        Entry information(String other) {
            return new Entry(
                    amount,
                    bankReference,
                    code,
                    other,
                    reference,
                    text,
                    endToEnd,
                    iban,
                    returned,
                    charged,
                    parts);
        }

        Entry reference(String other) {
            return new Entry(
                    amount,
                    bankReference,
                    code,
                    information,
                    other,
                    text,
                    endToEnd,
                    iban,
                    returned,
                    charged,
                    parts);
        }

        Entry text(String other) {
            return new Entry(
                    amount,
                    bankReference,
                    code,
                    information,
                    reference,
                    other,
                    endToEnd,
                    iban,
                    returned,
                    charged,
                    parts);
        }

        Entry endToEnd(String other) {
            return new Entry(
                    amount,
                    bankReference,
                    code,
                    information,
                    reference,
                    text,
                    other,
                    iban,
                    returned,
                    charged,
                    parts);
        }

        Entry from(String other) {
            return new Entry(
                    amount,
                    bankReference,
                    code,
                    information,
                    reference,
                    text,
                    endToEnd,
                    other,
                    returned,
                    charged,
                    parts);
        }

        Entry returned(String other) {
            return new Entry(
                    amount,
                    bankReference,
                    code,
                    information,
                    reference,
                    text,
                    endToEnd,
                    iban,
                    other,
                    charged,
                    parts);
        }

        Entry charged(String other) {
            return new Entry(
                    amount,
                    bankReference,
                    code,
                    information,
                    reference,
                    text,
                    endToEnd,
                    iban,
                    returned,
                    other,
                    parts);
        }

        Entry parts(Entry... others) {
            return new Entry(
                    amount,
                    bankReference,
                    code,
                    information,
                    reference,
                    text,
                    endToEnd,
                    iban,
                    returned,
                    charged,
                    List.of(others));
        }

        private String direction() {
            return amount.isNegative() ? "DBIT" : "CRDT";
        }

        private String unsigned() {
            return (amount.isNegative() ? amount.negated() : amount).decimal();
        }

        private String details() {
            String side = amount.isNegative() && returned == null ? "Cdtr" : "Dbtr";
            return "<TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>%s</CdtDbtInd>%s%s%s%s</TxDtls>"
                    .formatted(
                            endToEnd == null ? "NOTPROVIDED" : endToEnd,
                            unsigned(),
                            direction(),
                            charged == null
                                    ? ""
                                    : "<Chrgs><Rcrd><Amt Ccy=\"EUR\">"
                                            + charged
                                            + "</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>",
                            iban == null
                                    ? ""
                                    : "<RltdPties><%sAcct><Id><IBAN>%s</IBAN></Id></%sAcct></RltdPties>"
                                            .formatted(side, iban, side),
                            text == null && reference == null
                                    ? ""
                                    : "<RmtInf>"
                                            + (text == null ? "" : "<Ustrd>" + text + "</Ustrd>")
                                            + (reference == null
                                                    ? ""
                                                    : "<Strd><CdtrRefInf><Ref>"
                                                            + reference
                                                            + "</Ref></CdtrRefInf></Strd>")
                                            + "</RmtInf>",
                            returned == null
                                    ? ""
                                    : "<RtrInf><Rsn><Cd>" + returned + "</Cd></Rsn></RtrInf>");
        }

        private String xml(LocalDate day) {
            String[] codes = code == null ? new String[0] : code.split("/");
            return """
            <Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>%s</Dt></BookgDt><ValDt><Dt>%s</Dt></ValDt>%s%s<NtryDtls>%s</NtryDtls>%s</Ntry>
            """
                    .formatted(
                            unsigned(),
                            direction(),
                            day,
                            day,
                            bankReference == null
                                    ? ""
                                    : "<AcctSvcrRef>" + bankReference + "</AcctSvcrRef>",
                            codes.length < 3
                                    ? ""
                                    : "<BkTxCd><Domn><Cd>%s</Cd><Fmly><Cd>%s</Cd><SubFmlyCd>%s</SubFmlyCd></Fmly></Domn></BkTxCd>"
                                            .formatted(codes[0], codes[1], codes[2]),
                            (parts.isEmpty() ? List.of(this) : parts)
                                    .stream().map(Entry::details).collect(Collectors.joining()),
                            information == null
                                    ? ""
                                    : "<AddtlNtryInf>" + information + "</AddtlNtryInf>");
        }
    }

    static byte[] statement(
            int sequence, LocalDate day, Money opening, Money closing, Entry... entries) {
        return """
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S-%d</Id><ElctrncSeqNb>%d</ElctrncSeqNb>
        <FrToDt><FrDtTm>%sT00:00:00Z</FrDtTm><ToDtTm>%sT23:59:59Z</ToDtTm></FrToDt>
        <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
        %s%s%s</Stmt></BkToCstmrStmt></Document>
        """
                .formatted(
                        sequence,
                        sequence,
                        day,
                        day,
                        balance("OPBD", opening),
                        balance("CLBD", closing),
                        entries(day, entries))
                .getBytes(UTF_8);
    }

    static byte[] notification(Entry... entries) {
        return """
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn><Id>N</Id>
        <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
        %s</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>
        """
                .formatted(entries(LocalDate.of(2026, 10, 12), entries))
                .getBytes(UTF_8);
    }

    private static String entries(LocalDate day, Entry... entries) {
        return Arrays.stream(entries).map(entry -> entry.xml(day)).collect(Collectors.joining());
    }

    private static String balance(String code, Money amount) {
        return "<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>%s</CdtDbtInd></Bal>\n"
                .formatted(
                        code,
                        (amount.isNegative() ? amount.negated() : amount).decimal(),
                        amount.isNegative() ? "DBIT" : "CRDT");
    }
}
