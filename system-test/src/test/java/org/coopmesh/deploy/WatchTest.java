package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rules and dashboards are about what the services tell, lead to a runbook each, and arrive with the chart and without it. The
 * names come from each service's metrics.txt, which its MetricsIT holds against the service. Each check is also held against a
 * text that is wrong.
 */
class WatchTest {
    private static final List<String> SERVICES =
            List.of("membership-service", "billing-service", "abuse-reporting", "gateway");
    private static final Path CHART = Repository.path("helm/coopmesh");
    private static final String RULES = "helm/coopmesh/watch/rules.yaml";
    private static final String RUNBOOKS = "https://coopmesh.org/docs/runbooks#";

    /** Words of PromQL that name no metric. */
    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "by", "without", "on", "ignoring", "offset", "bool");

    private static final Pattern NAME = Pattern.compile("(?<![\\w:])[a-zA-Z_:][\\w:]*+(?!\\s*\\()");
    private static final Pattern NOT_NAMES =
            Pattern.compile(
                    "\"[^\"]*\"|\\{[^}]*}|\\[[^\\]]*]|\\b(by|without|on|ignoring)\\s*\\([^)]*\\)");

    @TempDir private static Path temp;

    @Test
    void everyRuleIsAboutWhatTheServicesTell() {
        Set<String> told = told();
        var unknown = new ArrayList<String>();
        rules().forEach((alert, rule) ->
                unknown.addAll(unknown(alert, rule.get("expr").toString(), told)));

        assertThat(rules()).hasSizeGreaterThan(15);
        assertThat(unknown).isEmpty();
        assertThat(unknown("A", "sum by (le) (rate(coopmesh_gone_total{a=\"up\"}[5m])) > 1", told))
                .containsExactly("A: nobody tells coopmesh_gone_total");
        assertThat(unknown("A", "max(coopmesh_dead_letters > 0", told))
                .containsExactly("A: brackets do not match");
    }

    @Test
    void everyPanelIsAboutWhatTheServicesTell() throws IOException {
        Set<String> told = told();
        var titles = new TreeSet<String>();
        var unknown = new ArrayList<String>();
        for (Path file : dashboards()) {
            JsonNode board = new JsonMapper().readTree(file.toFile());
            assertThat(file.getFileName()).hasToString(board.path("uid").asString() + ".json");
            var ids = new TreeSet<Integer>();
            for (JsonNode panel : board.path("panels")) {
                String title = panel.path("title").asString();
                assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
                assertThat(panel.path("targets")).as(title).isNotEmpty();
                titles.add(title);
                for (JsonNode target : panel.path("targets")) {
                    unknown.addAll(unknown(title, target.path("expr").asString(), told));
                }
            }
        }

        assertThat(titles).hasSizeGreaterThan(20);
        assertThat(unknown).isEmpty();
    }

    @Test
    void whatWeTellIsLookedAtBySomebody() throws IOException {
        var looked = new StringBuilder(Repository.text(RULES));
        for (Path file : dashboards()) looked.append(Files.readString(file));

        assertThat(told())
                .allSatisfy(name ->
                        assertThat(looked)
                                .contains(name.replaceAll("_(bucket|count|sum|max)$", "")));
    }

    @Test
    void everyRuleLeadsToItsRunbookAndEveryRunbookIsOfARule() {
        var headings = new TreeSet<String>();
        for (String section : Repository.text("docs/runbooks.md").split("(?m)^## ")) {
            if (section.startsWith("#")) continue;
            String heading = section.lines().findFirst().orElseThrow();
            headings.add(heading);
            assertThat(section)
                    .as(heading)
                    .contains("**Means**", "**Hurts**", "**Look first**", "**Do**", "**Over**");
        }
        var wanted = new TreeSet<String>();
        rules().forEach((alert, rule) -> {
            String heading = heading(alert);
            wanted.add(heading);
            assertThat(((Map<?, ?>) rule.get("annotations")).get("runbook_url"))
                    .isEqualTo(RUNBOOKS + heading.toLowerCase(Locale.ROOT).replace(' ', '-'));
            assertThat(((Map<?, ?>) rule.get("annotations")).get("summary")).isNotNull();
            assertThat(((Map<?, ?>) rule.get("labels")).get("severity"))
                    .isIn("critical", "warning");
        });

        assertThat(headings).isEqualTo(wanted);
    }

    @Test
    void prometheusItselfTakesTheRulesAndSaysWhatIsExpected() throws Exception {
        assumeTrue(there("promtool"), "no promtool: it comes with Debian's package prometheus");

        assertThat(promtool("check", RULES)).isEmpty();
        assertThat(promtool("test", "system-test/src/test/resources/watch/rules-test.yaml"))
                .isEmpty();
    }

    /** What it says against the file; nothing if it likes it. */
    private static String promtool(String verb, String file) throws Exception {
        Path said = Files.createTempFile(temp, "promtool", ".txt");
        int answer =
                new ProcessBuilder("promtool", verb, "rules", Repository.path(file).toString())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start()
                        .waitFor();
        return answer == 0 ? "" : Files.readString(said);
    }

    @Test
    void theChartBringsNothingUnlessItIsAskedTo() throws Exception {
        assertThat(chart("")).noneMatch(object -> name(object).contains("metrics"));
        assertThat(chart("monitoring: { serviceMonitor: true, rules: true, dashboards: true }"))
                .noneMatch(object -> kind(object).matches("ServiceMonitor|PrometheusRule"))
                .noneMatch(object -> name(object).startsWith("village-coopmesh"));
    }

    @Test
    void theChartBringsTheSameRulesAndDashboards() throws Exception {
        List<Map<String, Object>> objects =
                chart(
                        """
                        monitoring:
                          enabled: true
                          from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: watch } } }]
                          serviceMonitor: true
                          rules: true
                          dashboards: true
                          labels: { release: stack }
                          interval: 15s
                        """);

        Map<String, Object> rules = only(objects, "PrometheusRule");
        assertThat(rules.get("spec")).isEqualTo(Repository.<Object>yaml(Repository.text(RULES)));
        assertThat(labels(rules)).containsEntry("release", "stack");
        assertThat(labels(only(objects, "ServiceMonitor"))).containsEntry("release", "stack");
        assertThat(only(objects, "ServiceMonitor").get("spec"))
                .isEqualTo(
                        Map.of(
                                "selector",
                                Map.of(
                                        "matchLabels",
                                        Map.of(
                                                "app.kubernetes.io/instance",
                                                "village",
                                                "coopmesh.org/metrics",
                                                "true")),
                                "endpoints",
                                List.of(
                                        Map.of(
                                                "port",
                                                "metrics",
                                                "path",
                                                "/metrics",
                                                "interval",
                                                "15s"))));
        for (Path file : dashboards()) {
            Map<String, Object> map =
                    objects.stream()
                            .filter(object -> kind(object).equals("ConfigMap"))
                            .filter(object ->
                                    name(object)
                                            .equals(
                                                    "village-"
                                                            + file.getFileName()
                                                                    .toString()
                                                                    .replace(".json", "")))
                            .findFirst()
                            .orElseThrow();
            assertThat(labels(map)).containsEntry("grafana_dashboard", "1");
            assertThat(((Map<?, ?>) map.get("data")).get(file.getFileName().toString()))
                    .hasToString(Files.readString(file).strip());
        }
    }

    @Test
    void whoMayReadFiguresIsSaidAndNobodyElseComesToThePort() throws Exception {
        List<Map<String, Object>> open =
                chart(
                        "monitoring: { enabled: true, from: [{ podSelector: { matchLabels: { app: p } } }] }");
        List<Map<String, Object>> closed = chart("monitoring: { enabled: true }");

        assertThat(objects(open, "Service").map(WatchTest::name))
                .filteredOn(name -> name.endsWith("-metrics"))
                .containsExactlyInAnyOrder(
                        "village-gateway-metrics",
                        "village-membership-metrics",
                        "village-billing-metrics",
                        "village-abuse-metrics");
        assertThat(spec(policy(open)).get("ingress"))
                .isEqualTo(
                        List.of(
                                Map.of(
                                        "ports",
                                        List.of(Map.of("port", 9400)),
                                        "from",
                                        List.of(
                                                Map.of(
                                                        "podSelector",
                                                        Map.of(
                                                                "matchLabels",
                                                                Map.of("app", "p")))))));
        assertThat(spec(policy(closed))).doesNotContainKey("ingress");
        // No other policy, and no way in from outside, names the port.
        assertThat(objects(open, "NetworkPolicy").filter(each -> !name(each).endsWith("-metrics")))
                .noneMatch(each -> each.toString().contains("9400"));
        assertThat(objects(open, "Ingress")).isEmpty();
        assertThat(Repository.text("docker-compose.yml")).doesNotContain("9400");
        assertThat(Repository.text("pom.xml"))
                .contains("<image.metrics-port>9400</image.metrics-port>");
    }

    @Test
    void withoutKubernetesTheSameFilesAreRead() {
        Map<String, Object> prometheus = Repository.yaml(Repository.text("compose/prometheus.yml"));
        assertThat(prometheus.get("scrape_configs").toString())
                .contains(SERVICES.stream().map(name -> name + ":9400").toArray(String[]::new));

        Map<String, Object> compose = Repository.yaml(Repository.text("compose/watch.yml"));
        var prometheusService = (Map<?, ?>) ((Map<?, ?>) compose.get("services")).get("prometheus");
        var inside = new HashMap<String, String>();
        for (Object volume : (List<?>) prometheusService.get("volumes")) {
            String[] sides = volume.toString().split(":");
            if (!sides[0].startsWith("./")) continue;
            assertThat(Repository.path(sides[0])).isRegularFile();
            inside.put(sides[1], sides[0]);
        }
        assertThat(inside.get(((List<?>) prometheus.get("rule_files")).getFirst()))
                .isEqualTo("./" + RULES);
        assertThat(prometheusService.get("ports").toString()).startsWith("[127.0.0.1:");
    }

    /** Names in {@code expression} that nobody tells, and brackets that do not match; no more of PromQL is understood here. */
    private static List<String> unknown(String what, String expression, Set<String> told) {
        var unknown = new ArrayList<String>();
        int depth = 0;
        for (char c : expression.toCharArray()) {
            if ("([{".indexOf(c) >= 0) depth++;
            if (")]}".indexOf(c) >= 0) depth--;
        }
        if (depth != 0) unknown.add(what + ": brackets do not match");
        NAME.matcher(NOT_NAMES.matcher(expression).replaceAll(" "))
                .results()
                .map(found -> found.group())
                .filter(name -> !WORDS.contains(name) && !told.contains(name))
                .forEach(name -> unknown.add(what + ": nobody tells " + name));
        return unknown;
    }

    /** What the services tell, and what the backup tells by a file. */
    private static Set<String> told() {
        var told = new TreeSet<String>();
        for (String service : SERVICES) {
            Repository.text(service + "/metrics.txt")
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(told::add);
        }
        Pattern.compile("# TYPE (coopmesh_\\w+) ")
                .matcher(Repository.text("tools/backup"))
                .results()
                .forEach(found -> told.add(found.group(1)));
        return told;
    }

    private static Map<String, Map<String, Object>> rules() {
        var rules = new HashMap<String, Map<String, Object>>();
        Map<String, List<Map<String, Object>>> file = Repository.yaml(Repository.text(RULES));
        for (Map<String, Object> group : file.get("groups")) {
            for (Object each : (List<?>) group.get("rules")) {
                @SuppressWarnings("unchecked")
                var rule = (Map<String, Object>) each;
                assertThat(rules.put(rule.get("alert").toString(), rule)).isNull();
            }
        }
        return rules;
    }

    /** "FactsDoNotLeave" is "Facts do not leave". */
    private static String heading(String alert) {
        String words = alert.replaceAll("(?<!^)([A-Z])", " $1").toLowerCase(Locale.ROOT);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static List<Path> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(CHART.resolve("watch/dashboards"))) {
            return files.sorted().toList();
        }
    }

    private static boolean there(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static List<Map<String, Object>> chart(String more) throws IOException {
        Path values = Files.createTempFile(temp, "values", ".yaml");
        Files.writeString(
                values,
                """
                publicUrl: https://mesh.example.org
                podAddresses: 10\\.244\\.\\d{1,3}\\.\\d{1,3}
                neverBan: [192.0.2.1]
                secret: coopmesh
                postgresql: { host: db.example.org }
                kafka: { bootstrapServers: "kafka.example.org:9092" }
                nodePorts: { membership: { host: nodes.example.org }, billing: { host: nodes.example.org } }
                """
                        + more);
        TemplateCommand helm =
                new Helm(CHART)
                        .template()
                        .withName("village")
                        .withNamespace("mesh")
                        .withKubeVersion("1.33.0")
                        .withValuesFile(values);
        var objects = new ArrayList<Map<String, Object>>();
        for (String document : helm.call().split("(?m)^---\\s*$")) {
            Map<String, Object> object = Repository.yaml(document);
            if (object != null) objects.add(object);
        }
        return objects;
    }

    private static Stream<Map<String, Object>> objects(
            List<Map<String, Object>> objects, String kind) {
        return objects.stream().filter(object -> kind(object).equals(kind));
    }

    private static Map<String, Object> only(List<Map<String, Object>> objects, String kind) {
        List<Map<String, Object>> found = objects(objects, kind).toList();
        assertThat(found).as(kind).hasSize(1);
        return found.getFirst();
    }

    private static Map<String, Object> policy(List<Map<String, Object>> objects) {
        return objects(objects, "NetworkPolicy")
                .filter(each -> name(each).equals("village-metrics"))
                .findFirst()
                .orElseThrow();
    }

    private static String kind(Map<String, Object> object) {
        return object.get("kind").toString();
    }

    private static String name(Map<String, Object> object) {
        return ((Map<?, ?>) object.get("metadata")).get("name").toString();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> labels(Map<String, Object> object) {
        return (Map<String, Object>) ((Map<?, ?>) object.get("metadata")).get("labels");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> spec(Map<String, Object> object) {
        return (Map<String, Object>) object.get("spec");
    }
}
