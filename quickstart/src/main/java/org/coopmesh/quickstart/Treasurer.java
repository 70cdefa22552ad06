package org.coopmesh.quickstart;

import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.coopmesh.quickstart.Village.Person;
import tools.jackson.databind.JsonNode;

/** What Bruno says and does, so that bills are documents, mails leave, and money finds its place in the book. */
final class Treasurer {
    /** One account for each of the people, in their order. */
    private static final List<String> IBANS =
            List.of(
                    "ES7921000813610123456789",
                    "ES6621000418401234567891",
                    "ES6000491500051234567892",
                    "ES1720852066623456789011",
                    "ES8023100001180000012345",
                    "ES5200491800142710151321");

    private final Village village;
    private final Bank bank;

    Treasurer(Village village, Bank bank) {
        this.village = village;
        this.bank = bank;
    }

    /** The account that {@code key} pays from. */
    static String iban(String key) {
        return IBANS.get(Village.PEOPLE.indexOf(Village.person(key)));
    }

    /** Who the co-op is on its invoices, and where its money is. */
    void introduce() {
        var seller = new LinkedHashMap<String, Object>();
        seller.put("name", "Village Mesh");
        seller.put("address", address("Mill Lane 1"));
        seller.put("register", "Register of Cooperatives 1234");
        seller.put("iban", Bank.IBAN);
        seller.put("bic", "CAIXESBBXXX");
        seller.put("creditorId", "ES90ZZZF12345674");
        seller.put("email", "office@village.example");
        seller.put("taxNote", "Services of a co-operative to its own members");
        seller.put("belgianReferences", false);
        seller.put("language", "en");
        village.as("bruno").put("/api/billing/seller", seller).ok();
        village.as("bruno")
                .post("/api/bank/accounts", Map.of("name", "Current account", "iban", Bank.IBAN))
                .ok();
    }

    /** Everybody says where their bills go. */
    void takeAddresses() {
        for (Person person : Village.PEOPLE) {
            var details = new LinkedHashMap<String, Object>();
            details.put("name", person.name());
            details.put("address", address("Mill Lane " + (Village.PEOPLE.indexOf(person) + 1)));
            details.put("language", "en");
            details.put("email", person.email());
            Village.eventually(
                    person.key() + " pays",
                    () ->
                            village.as(person.key())
                                            .put(
                                                    "/api/billing/payers/"
                                                            + village.payerId(person.key())
                                                            + "/details",
                                                    details)
                                            .status()
                                    == 200);
        }
    }

    private static Map<String, String> address(String line) {
        return Map.of("line1", line, "postCode", "08501", "city", "Village", "country", "ES");
    }

    /** A transfer of what is open, with its reference, as the banking app of {@code key} makes it from the code on the bill. */
    void transfer(String key, JsonNode invoice) {
        String reference =
                village.as("bruno")
                        .get("/api/invoices/" + invoice.path("id").asString() + "/document")
                        .ok()
                        .path("reference")
                        .asString();
        bank.transfer(
                Village.person(key).name(),
                iban(key),
                new BigDecimal(invoice.path("open").path("amount").asString()),
                reference);
    }

    /** Takes in what the bank booked. */
    void handIn(LocalDate day) {
        String name = "statement-" + day + ".xml";
        village.as("bruno")
                .upload(
                        "/api/bank/files?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8),
                        bank.statement(day))
                .ok();
    }
}
