package org.coopmesh.billing.reconciliation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An account number by ISO 13616, without spaces: the length of its country and its two check digits are right.
 *
 * @param value two letters, two digits, then up to 30 letters and digits
 */
public record Iban(String value) {
    /** How long the number is in each country of the registry. */
    private static final Map<String, Integer> LENGTHS =
            Arrays.stream(
                            """
                            AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
                            ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20
                            LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29
                            PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
                            YE30
                            """
                                    .split("\\s+"))
                    .collect(
                            Collectors.toMap(
                                    country -> country.substring(0, 2),
                                    country -> Integer.parseInt(country.substring(2))));

    public Iban {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "not an IBAN: its length or its check digits are wrong");
        }
    }

    /** Reads what a person or a bank wrote, with or without spaces, in either case; nothing if it is none. */
    public static Optional<Iban> read(String text) {
        String plain = text.replaceAll("[\\s\\u00a0]", "").toUpperCase(Locale.ROOT);
        return isValid(plain) ? Optional.of(new Iban(plain)) : Optional.empty();
    }

    /** The number without country and check digits, as older formats name an account. */
    String national() {
        return value.substring(4);
    }

    private static boolean isValid(String text) {
        if (text.length() < 5 || !text.matches("[A-Z]{2}[0-9]{2}[A-Z0-9]+")) return false;
        Integer length = LENGTHS.get(text.substring(0, 2));
        return length != null
                && text.length() == length
                && Mod97.of(text.substring(4) + text.substring(0, 4)) == 1;
    }

    @Override
    public String toString() {
        return value;
    }
}
