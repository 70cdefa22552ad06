package org.coopmesh.billing.party;

import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.iban4j.BicFormatException;
import org.iban4j.BicUtil;
import org.iban4j.Iban4jException;
import org.iban4j.IbanUtil;
import org.iban4j.UnsupportedCountryException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What invoices say of the co-op and of each payer, now and at any time before. Nothing that was said is overwritten. */
@Service
public class PartyRegister {
    /** How many former details of a payer are shown. */
    static final int HISTORY_MAX = 50;

    /** What an invoice says where the buyer owes the tax. */
    private static final String REVERSE_CHARGE = "VATEX-EU-AE";

    private static final List<String> COUNTRIES = Arrays.asList(Locale.getISOCountries());
    private static final int CREDITOR_HEAD = 4;
    private static final int CREDITOR_BODY = 7;
    private static final int MODULUS = 97;

    private final Parties parties;
    private final VatSayings vat;
    private final PayerRegister register;
    private final Clock clock;

    PartyRegister(Parties parties, VatSayings vat, PayerRegister register, Clock clock) {
        this.parties = parties;
        this.vat = vat;
        this.register = register;
        this.clock = clock;
    }

    /** Details and who gave them when. */
    public record Said<T>(T what, UUID by, Instant at) {}

    /** The co-op as it is today; empty until somebody said. */
    public Optional<Seller> seller() {
        return parties.seller(clock.instant());
    }

    /** The co-op as it was at {@code at}. Where nobody had said by then, as it was said first; empty where nobody did. */
    public Optional<Seller> seller(Instant at) {
        return parties.seller(at).or(parties::firstSeller);
    }

    /** What was given for the payer last; empty where nothing was. */
    public Optional<PayerDetails> details(PayerId payer) {
        return parties.details(payer, clock.instant());
    }

    /** What an invoice issued at {@code at} says of the payer. */
    public PayerDetails details(PayerId payer, Instant at, Seller seller) {
        return parties.details(payer, at)
                .orElseGet(() ->
                        PayerDetails.unknown(payer, seller.address().country(), seller.language()));
    }

    /** What was given for the payer, the newest first. */
    public List<Said<PayerDetails>> history(PayerId payer) {
        return parties.history(payer, HISTORY_MAX);
    }

    /**
     * Says who the co-op is, from now on.
     *
     * @throws PartyRefused if a field cannot be true
     */
    @Transactional
    public void say(Seller seller, UUID by) {
        country(seller.address().country());
        vatId("vatId", seller.vatId());
        iban(seller.iban());
        bic(seller.bic());
        creditorId(seller.creditorId());
        vat.all(HISTORY_MAX).stream()
                .map(Said::what)
                .filter(terms -> !terms.effectiveOn().isBefore(vatSince()))
                .forEach(terms -> unlessFits("vatId", terms, seller));
        parties.insert(seller, by, clock.instant());
    }

    /**
     * Says what invoices say of the payer, from now on.
     *
     * @throws PartyRefused if a field cannot be true
     */
    @Transactional
    public void say(PayerId payer, PayerDetails details, UUID by) {
        country(details.address().country());
        vatId("vatId", details.vatId());
        parties.insert(payer, details, by, clock.instant());
    }

    /** How VAT was, is and will be charged, the latest first. */
    public List<Said<VatTerms>> vatTerms() {
        return vat.all(HISTORY_MAX);
    }

    /**
     * Says how VAT is charged on what is issued from a day on.
     *
     * @throws PartyRefused if the day is past, or the co-op has not said what such invoices must say of it
     */
    @Transactional
    public void say(VatTerms terms, UUID by) {
        unlessPast(terms.effectiveOn());
        Seller seller =
                seller().orElseThrow(() ->
                        new PartyRefused("mode", "seller", "say who the co-op is first"));
        unlessFits("mode", terms, seller);
        vat.insert(terms, by, clock.instant());
    }

    /**
     * Says whether a payer owes the tax themselves, on what is issued from a day on.
     *
     * @throws PartyRefused if the day is past, or the payer has no VAT id
     */
    @Transactional
    public void sayReverse(PayerId payer, LocalDate on, boolean reverse, UUID by) {
        unlessPast(on);
        if (reverse && details(payer).map(PayerDetails::vatId).isEmpty()) {
            throw new PartyRefused("reverse", "vatId", "the payer gives a VAT id first");
        }
        vat.insert(payer, on, reverse, by, clock.instant());
    }

    /**
     * How each payer is taxed on what is issued at {@code at}; empty where nothing was said of VAT by then. One who owes the tax
     * themselves and gives no VAT id any more is charged it.
     */
    public Map<PayerId, VatRate> vatRates(Collection<PayerId> payers, Instant at) {
        if (payers.isEmpty()) {
            return Map.of();
        }
        LocalDate day = register.coop().dayAt(at);
        Optional<VatTerms> terms = vat.on(day);
        if (terms.isEmpty()) {
            return Map.of();
        }
        var rates = new HashMap<PayerId, VatRate>();
        payers.forEach(payer -> rates.put(payer, terms.get().rate()));
        if (terms.get().mode() == VatTerms.Mode.STANDARD) {
            for (PayerId payer : vat.reverse(payers, day)) {
                if (parties.details(payer, at).map(PayerDetails::vatId).isPresent()) {
                    rates.put(payer, new VatRate(VatRate.Category.AE, 0, REVERSE_CHARGE));
                }
            }
        }
        return rates;
    }

    /** The first day of what is in force today; what was before binds nobody any more. */
    private LocalDate vatSince() {
        LocalDate today = register.coop().dayAt(clock.instant());
        return vat.on(today).map(VatTerms::effectiveOn).orElse(today);
    }

    private void unlessPast(LocalDate day) {
        if (day.isBefore(register.coop().dayAt(clock.instant()))) {
            throw new PartyRefused("effectiveOn", "past", "today or later");
        }
    }

    /** EN 16931, BR-S-02, BR-E-02, BR-AE-02, BR-O-02 and BR-CO-26: what an invoice must and must not say of its seller. */
    private static void unlessFits(String field, VatTerms terms, Seller seller) {
        boolean named =
                terms.mode() == VatTerms.Mode.NONE
                        ? seller.register() != null
                        : seller.vatId() != null || seller.taxNumber() != null;
        if (!named) {
            throw new PartyRefused(
                    field,
                    "seller",
                    terms.mode() == VatTerms.Mode.NONE
                            ? "without VAT the co-op wants a register entry"
                            : "with VAT, or exempt of it, the co-op wants a VAT id or a tax number");
        }
    }

    private static void country(String country) {
        if (!COUNTRIES.contains(country)) {
            throw new PartyRefused("address.country", "country", "no ISO 3166 country such as DE");
        }
    }

    private static void vatId(String field, @Nullable String vatId) {
        if (vatId == null) {
            return;
        }
        String country = vatId.substring(0, 2);
        // Greece writes EL, Northern Ireland XI.
        if (!country.equals("EL") && !country.equals("XI") && !COUNTRIES.contains(country)) {
            throw new PartyRefused(field, "country", "a VAT id begins with its country");
        }
    }

    private static void iban(@Nullable String iban) {
        if (iban != null) {
            try {
                IbanUtil.validate(iban);
            } catch (Iban4jException wrong) {
                throw new PartyRefused("iban", "iban", "no valid IBAN");
            }
        }
    }

    private static void bic(@Nullable String bic) {
        if (bic != null) {
            try {
                BicUtil.validate(bic);
            } catch (BicFormatException | UnsupportedCountryException wrong) {
                throw new PartyRefused("bic", "bic", "no valid BIC");
            }
        }
    }

    /** The three characters of the business code do not count. */
    private static void creditorId(@Nullable String id) {
        if (id == null) {
            return;
        }
        var digits = new StringBuilder();
        (id.substring(CREDITOR_BODY) + id.substring(0, CREDITOR_HEAD))
                .chars()
                .forEach(c -> digits.append(Character.digit(c, Character.MAX_RADIX)));
        if (new BigInteger(digits.toString()).mod(BigInteger.valueOf(MODULUS)).intValueExact()
                != 1) {
            throw new PartyRefused("creditorId", "checkDigits", "wrong check digits");
        }
    }
}
