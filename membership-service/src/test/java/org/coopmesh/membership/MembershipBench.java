package org.coopmesh.membership;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.coopmesh.membership.identity.TestTokens;
import org.coopmesh.membership.node.TestCertificates;
import org.coopmesh.quickstart.Servers;

/**
 * Measures one replica of membership-service over a hundred thousand members and twenty thousand nodes: pages as the dashboard
 * asks for them over REST, and signing in as a browser and the gateway do, the cost of the password's hash included.
 */
final class MembershipBench {
    private static final String CALLBACK = "http://localhost:8080/login/oauth2/code/coopmesh";
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");
    private static final int WARM_UP = 60;
    private static final int QUESTIONS = 200;
    private static final int SIGN_INS = 120;
    private static final int SIGN_INS_WARM_UP = 30;
    private static final List<String> PARTS =
            List.of(
                    "ana", "brun", "vogel", "yilm", "hanna j", "quir", "zoe", "perez", "imhof",
                    "laura", "de", "x");

    private final Figures figures = new Figures("membership");
    private final int members;
    private final int nodes;
    private final int together;
    private final List<String> jvm;
    private final String settings;
    private final String verifier = "v".repeat(64);
    private final HttpClient gateway = HttpClient.newHttpClient();
    private List<String> mails = List.of();

    private MembershipBench(List<String> arguments) throws IOException {
        members = number(arguments, "--members", 100_000);
        nodes = number(arguments, "--nodes", 20_000);
        together = number(arguments, "--together", 2);
        int heap = number(arguments, "--heap", 448);
        jvm = List.of("-Xmx" + heap + "m", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders");
        settings = "members=%d nodes=%d heap=-Xmx%dm SerialGC".formatted(members, nodes, heap);
    }

    private static int number(List<String> arguments, String name, int otherwise) {
        int at = arguments.indexOf(name);
        return at < 0 ? otherwise : Integer.parseInt(arguments.get(at + 1));
    }

    static void main(String[] arguments) throws Exception {
        new MembershipBench(Arrays.asList(arguments)).run();
        System.exit(0);
    }

    private void run() throws Exception {
        String database = Servers.freshDatabase("membership");
        var shared =
                new Replica.Shared(
                        Files.createTempDirectory("membership-bench"), database, Servers.kafka());
        var certificates = new TestCertificates(shared.keys());
        Population population;
        try (Replica founding = Replica.start(shared, "one", jvm).ready()) {
            population = Population.constitute(founding, database);
            population.members(members);
            population.nodes(
                    certificates.identities(nodes).stream()
                            .map(TestCertificates.Identity::id)
                            .toList());
            founding.end();
        }
        try (Replica replica = Replica.start(shared, "two", jvm).ready()) {
            String token =
                    TestTokens.of(
                            shared.keys(), Replica.ISSUER, population.board(), "board", "network");
            pages(replica, token, population);
            figures.tell(
                    "membership.rss_after_pages_mb", replica.residentMegabytes(), "MB", settings);
            signIns(replica, 1);
            signIns(replica, together);
            figures.tell("membership.rss_peak_mb", replica.peakResidentMegabytes(), "MB", settings);
            figures.tell("membership.heap_mb", replica.liveHeapMegabytes(), "MB", settings);
        }
    }

    private void pages(Replica replica, String token, Population population) throws Exception {
        var random = new Random(1);
        mails =
                population
                        .db()
                        .sql(
                                "select email from member where email <> 'board@example.org' order by id limit 200")
                        .query(String.class)
                        .list();
        List<UUID> ids =
                population
                        .db()
                        .sql("select id from member order by id limit 200")
                        .query(UUID.class)
                        .list();
        ask(
                replica,
                token,
                "members_by_name",
                i -> "/api/members?limit=50&q=" + encode(PARTS.get(i % PARTS.size())));
        ask(
                replica,
                token,
                "members_by_whole_name",
                i -> "/api/members?limit=50&q=" + encode("Hanna Vogel"));
        ask(
                replica,
                token,
                "members_by_mail",
                i -> "/api/members?limit=50&q=" + encode(mails.get(i % mails.size())));
        ask(replica, token, "members_by_nothing_found", i -> "/api/members?limit=50&q=nobody" + i);
        ask(
                replica,
                token,
                "members_by_label",
                i -> "/api/members?limit=50&label=" + encode("label " + i % 10));
        ask(
                replica,
                token,
                "members_by_zone",
                i -> "/api/members?limit=50&zone=" + encode("zone " + i % 12));
        ask(
                replica,
                token,
                "members_by_zone_and_name",
                i -> "/api/members?limit=50&q=ana&zone=" + encode("zone " + i % 12));
        ask(replica, token, "members_first_page", i -> "/api/members?limit=50");
        ask(
                replica,
                token,
                "members_far_page",
                i ->
                        "/api/members?limit=50&after="
                                + cursor(PARTS.get(i % PARTS.size()), ids.get(i % 200)));
        ask(replica, token, "member_page", i -> "/api/members/" + ids.get(i % ids.size()));
        ask(replica, token, "nodes_first_page", i -> "/api/nodes?limit=50");
        ask(
                replica,
                token,
                "nodes_far_page",
                i -> "/api/nodes?limit=50&after=" + population.node(1 + random.nextInt(nodes)));
    }

    private static String cursor(String name, UUID id) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((id + name).getBytes(StandardCharsets.UTF_8));
    }

    private void ask(Replica replica, String token, String what, IntFunction<String> path)
            throws Exception {
        var took = new ArrayList<Double>();
        for (int i = -WARM_UP; i < QUESTIONS; i++) {
            String asked = path.apply(Math.abs(i));
            long started = System.nanoTime();
            replica.ask("GET", asked, token, "");
            if (i >= 0) {
                took.add((System.nanoTime() - started) / 1e6);
            }
        }
        figures.tell(
                "membership." + what,
                took,
                0.95,
                QUESTIONS + " questions, one at a time; " + settings);
    }

    /** From the first request of the browser to the access token at the gateway. */
    private void signIns(Replica replica, int atOnce) throws Exception {
        Collection<Double> took = Collections.synchronizedList(new ArrayList<>());
        Collection<Double> passwords = Collections.synchronizedList(new ArrayList<>());
        try (var people = Executors.newFixedThreadPool(atOnce)) {
            var under = new ArrayList<Future<?>>();
            for (int i = -SIGN_INS_WARM_UP; i < SIGN_INS; i++) {
                int number = i;
                under.add(
                        people.submit(() -> {
                            long started = System.nanoTime();
                            double password = signIn(replica, mail(number));
                            if (number >= 0) {
                                took.add((System.nanoTime() - started) / 1e6);
                                passwords.add(password);
                            }
                            return null;
                        }));
            }
            for (Future<?> each : under) {
                each.get();
            }
        }
        String how = SIGN_INS + " people, " + atOnce + " at once; " + settings;
        figures.tell(
                "membership.sign_in_together_" + atOnce, took, 0.95, "all five requests of " + how);
        figures.tell(
                "membership.password_together_" + atOnce,
                passwords,
                0.95,
                "the request with the password of " + how);
    }

    private String mail(int number) {
        return mails.get(number + SIGN_INS_WARM_UP);
    }

    private double signIn(Replica replica, String email) throws Exception {
        try (HttpClient browser =
                HttpClient.newBuilder()
                        .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build()) {
            String at = "http://localhost:" + replica.port();
            send(
                    browser,
                    HttpRequest.newBuilder(URI.create(at + authorize()))
                            .header("Accept", "text/html"));
            String page =
                    send(browser, HttpRequest.newBuilder(URI.create(at + "/id/sign-in"))).body();
            var csrf = CSRF.matcher(page);
            if (!csrf.find()) {
                throw new IllegalStateException("no sign-in page: " + page);
            }
            long started = System.nanoTime();
            HttpResponse<String> signedIn =
                    send(
                            browser,
                            HttpRequest.newBuilder(URI.create(at + "/id/sign-in"))
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "email="
                                                            + encode(email)
                                                            + "&password="
                                                            + Population.PASSWORD
                                                            + "&_csrf="
                                                            + encode(csrf.group(1)))));
            double password = (System.nanoTime() - started) / 1e6;
            URI back = URI.create(location(signedIn));
            String granted =
                    location(
                            send(
                                    browser,
                                    HttpRequest.newBuilder(
                                            URI.create(
                                                    at
                                                            + back.getRawPath()
                                                            + "?"
                                                            + back.getRawQuery()))));
            String code =
                    URLDecoder.decode(
                            granted.replaceAll(".*[?&]code=([^&]+).*", "$1"),
                            StandardCharsets.UTF_8);
            String basic =
                    Base64.getEncoder()
                            .encodeToString(
                                    ("gateway:" + Replica.CLIENT_SECRET)
                                            .getBytes(StandardCharsets.US_ASCII));
            HttpResponse<String> tokens =
                    gateway.send(
                            HttpRequest.newBuilder(URI.create(at + "/id/oauth2/token"))
                                    .header("Authorization", "Basic " + basic)
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "grant_type=authorization_code&code="
                                                            + encode(code)
                                                            + "&redirect_uri="
                                                            + encode(CALLBACK)
                                                            + "&code_verifier="
                                                            + verifier))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            if (tokens.statusCode() != 200) {
                throw new IllegalStateException(tokens.statusCode() + " " + tokens.body());
            }
            return password;
        }
    }

    private static HttpResponse<String> send(HttpClient browser, HttpRequest.Builder request)
            throws Exception {
        return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers()
                .firstValue("Location")
                .orElseThrow(
                        () -> new IllegalStateException("no redirect: " + answer.statusCode()));
    }

    private String authorize() throws Exception {
        byte[] digest =
                MessageDigest.getInstance("SHA-256")
                        .digest(verifier.getBytes(StandardCharsets.US_ASCII));
        return "/id/oauth2/authorize?response_type=code&client_id=gateway&state=s&nonce=n&scope="
                + encode("openid profile")
                + "&redirect_uri="
                + encode(CALLBACK)
                + "&code_challenge_method=S256&code_challenge="
                + Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
