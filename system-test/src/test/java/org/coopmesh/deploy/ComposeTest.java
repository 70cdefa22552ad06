package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The small production install says nothing that a service does not hear, keeps no secret, and gives no container more than it needs. */
class ComposeTest {
    private static final Set<String> OURS =
            Set.of("membership-service", "billing-service", "abuse-reporting", "gateway");

    /** Told by the image, whose description is in the root pom.xml. */
    private static final Set<String> IN_THE_IMAGE =
            Set.of("COOPMESH_ADDRESS", "COOPMESH_NODE_ADDRESS");

    /** In one machine of 2 GiB. */
    private static final int MEMORY_MIB_MAX = 2048;

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)([^}]*)}");
    private static final Pattern SECRET =
            Pattern.compile(".*(PASSWORD|SECRETS?|TOKEN|(STRIPE|BTCPAY)_KEY)$");

    private final String text = Repository.text("docker-compose.yml");
    private final Map<String, Object> compose = Repository.yaml(text);

    @TestFactory
    Stream<DynamicTest> everyContainerIsWatchedBoundedAndRestricted() {
        return services().entrySet().stream()
                .map(each ->
                        DynamicTest.dynamicTest(
                                each.getKey(),
                                () -> {
                                    Map<String, Object> service = each.getValue();
                                    assertThat(map(service.get("healthcheck")))
                                            .containsKeys("test", "interval", "timeout");
                                    assertThat(service)
                                            .containsKeys(
                                                    "mem_limit", "restart", "stop_grace_period");
                                    assertThat(service.get("cap_drop")).isEqualTo(List.of("ALL"));
                                    assertThat(service)
                                            .doesNotContainKeys(
                                                    "cap_add", "privileged", "network_mode", "pid");
                                    assertThat(service.get("security_opt"))
                                            .isEqualTo(List.of("no-new-privileges:true"));
                                    // Kafka's start script writes beside the program
                                    assertThat(service.get("read_only"))
                                            .isEqualTo(!each.getKey().equals("kafka"));
                                    assertThat(service.get("image").toString())
                                            .contains(":")
                                            .doesNotEndWith(":latest");
                                }));
    }

    @TestFactory
    Stream<DynamicTest> everySettingIsOneThatTheServiceReads() {
        return OURS.stream()
                .map(name ->
                        DynamicTest.dynamicTest(
                                name,
                                () ->
                                        assertThat(
                                                        ServiceSettings.of(name)
                                                                .unknown(
                                                                        environment(name).keySet()))
                                                .isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> noServiceLooksForAnotherOnItsOwnLoopback() {
        return OURS.stream()
                .map(name ->
                        DynamicTest.dynamicTest(
                                name,
                                () -> {
                                    var told = new TreeSet<>(environment(name).keySet());
                                    told.addAll(IN_THE_IMAGE);

                                    assertThat(ServiceSettings.of(name).onlyGoodOnOneMachine())
                                            .filteredOn(each -> !SECRET.matcher(each).matches())
                                            .isSubsetOf(told);
                                    assertThat(environment(name).values())
                                            .noneMatch(value -> value.contains("localhost"));
                                }));
    }

    @Test
    void noSecretIsInTheEnvironmentOrInTheExample() {
        assertThat(VARIABLE.matcher(text).results().map(each -> each.group(1)))
                .noneMatch(name -> SECRET.matcher(name).matches());
        for (String service : services().keySet()) {
            assertThat(environment(service).keySet())
                    .as(service)
                    .noneMatch(name -> SECRET.matcher(name).matches());
        }
        assertThat(Repository.text(".env.example").lines())
                .noneMatch(line ->
                        SECRET.matcher(line.replaceAll("[# ]*([A-Z_]*)=.*", "$1")).matches());
    }

    @Test
    void everyServiceHasItsOwnSecretsAsFilesAndNoOthers(@TempDir Path made) throws Exception {
        assertThat(makeSecrets(made)).isZero();
        Map<String, Set<String>> before = contents(made);

        assertThat(before.get("postgres")).hasSize(5);
        for (String service : services().keySet()) {
            if (service.equals("kafka")) continue;
            assertThat((List<?>) services().get(service).get("volumes"))
                    .as(service)
                    .filteredOn(volume -> volume.toString().contains("secrets"))
                    .isEqualTo(List.of("./secrets/" + service + ":/run/coopmesh:ro"));
        }
        for (String service : OURS) {
            assertThat(ServiceSettings.of(service).unknown(secretsOf(made, service))).isEmpty();
        }
        assertThat(Files.getPosixFilePermissions(made))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));

        String kept = Files.readString(made.resolve("gateway/COOPMESH_DB_PASSWORD"));
        assertThat(makeSecrets(made)).isZero();
        assertThat(made.resolve("gateway/COOPMESH_DB_PASSWORD")).hasContent(kept);
        assertThat(made.resolve("postgres/GATEWAY_PASSWORD")).hasContent(kept);
        assertThat(made.resolve("postgres/BILLING_PASSWORD")).content().isNotEqualTo(kept);
        assertThat(made.resolve("membership-service/COOPMESH_GATEWAY_CLIENT_SECRET"))
                .hasSameTextualContentAs(made.resolve("gateway/COOPMESH_GATEWAY_CLIENT_SECRET"));
    }

    @Test
    void secretsOfAnOlderEnvFileAreTakenOver(@TempDir Path site) throws Exception {
        Files.writeString(
                site.resolve(".env"),
                "COOPMESH_BILLING_DB_PASSWORD=of-before\nCOOPMESH_SMTP_PASSWORD=of-the-mail-server\n");

        assertThat(makeSecrets(site.resolve("secrets"))).isZero();

        for (String place :
                List.of("postgres/BILLING_PASSWORD", "billing-service/COOPMESH_DB_PASSWORD")) {
            assertThat(site.resolve("secrets").resolve(place)).hasContent("of-before\n");
        }
        assertThat(site.resolve("secrets/abuse-reporting/COOPMESH_SMTP_PASSWORD"))
                .hasContent("of-the-mail-server\n");
    }

    private static int makeSecrets(Path folder) throws Exception {
        return new ProcessBuilder(
                        Repository.path("tools/make-secrets").toString(), folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static Map<String, Set<String>> contents(Path folder) throws IOException {
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.collect(
                    Collectors.toMap(
                            each -> each.getFileName().toString(),
                            each -> secretsOf(folder, each.getFileName().toString())));
        }
    }

    private static Set<String> secretsOf(Path folder, String service) {
        try (Stream<Path> files = Files.list(folder.resolve(service))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everythingTogetherFitsTwoGibibytes() {
        int all =
                services().entrySet().stream()
                        .filter(each -> !each.getValue().containsKey("profiles"))
                        .mapToInt(each ->
                                Integer.parseInt(
                                        each.getValue()
                                                .get("mem_limit")
                                                .toString()
                                                .replace("m", "")))
                        .sum();

        assertThat(all).isLessThanOrEqualTo(MEMORY_MIB_MAX);
    }

    @Test
    void theExampleNamesEveryVariableAndGivesNoneAValue() {
        List<String> lines =
                Repository.text(".env.example")
                        .lines()
                        .filter(line -> !line.startsWith("#") && !line.isBlank())
                        .toList();
        var demanded = new TreeSet<String>();
        var references = VARIABLE.matcher(text);
        while (references.find()) {
            if (references.group(2).startsWith(":?")) demanded.add(references.group(1));
        }

        assertThat(lines).allMatch(line -> line.endsWith("="));
        assertThat(lines.stream().map(line -> line.replace("=", "")).collect(Collectors.toSet()))
                .isEqualTo(demanded);
    }

    @Test
    void onlyTheNodePortsAreOpenAndTheGatewayOnLoopback() {
        var published = new ArrayList<String>();
        services()
                .forEach((name, service) ->
                        ((List<?>) service.getOrDefault("ports", List.of()))
                                .forEach(port -> published.add(port.toString())));

        assertThat(published)
                .containsExactlyInAnyOrder(
                        "9081:9081",
                        "9082:9082",
                        "127.0.0.1:${COOPMESH_GATEWAY_PORT:-8080}:8080",
                        "${COOPMESH_FRONT_PORT:-443}:8443");
        assertThat(services().get("front").get("profiles")).isEqualTo(List.of("front"));
    }

    @Test
    void theMailSinkGetsEveryServicesMailsAndOnlyThisMachineReadsThem() {
        Map<String, Object> file = Repository.yaml(Repository.text("compose/mail-sink.yml"));
        Map<String, Object> overlay = map(file.get("services"));
        Map<String, Object> sink = map(overlay.get("mail-sink"));

        for (String service : Set.of("membership-service", "billing-service", "abuse-reporting")) {
            Map<String, Object> settings = map(map(overlay.get(service)).get("environment"));
            assertThat(settings).containsEntry("COOPMESH_SMTP_HOST", "mail-sink");
            assertThat(ServiceSettings.of(service).unknown(settings.keySet())).isEmpty();
        }
        assertThat(sink)
                .containsEntry("read_only", true)
                .containsEntry("cap_drop", List.of("ALL"))
                .containsEntry("security_opt", List.of("no-new-privileges:true"))
                .containsKeys("mem_limit", "healthcheck", "stop_grace_period");
        assertThat(sink.get("ports"))
                .isEqualTo(List.of("127.0.0.1:${COOPMESH_MAIL_SINK_PORT:-8025}:8025"));
    }

    @Test
    void billingCannotReachTheKeysOfTheCoop() {
        assertThat(services().get("billing-service").get("volumes"))
                .isEqualTo(
                        List.of(
                                "billing-keys:/var/lib/coopmesh/billing-keys:ro",
                                "./secrets/billing-service:/run/coopmesh:ro"));
        assertThat(environment("membership-service"))
                .containsEntry("COOPMESH_BILLING_KEYS_DIR", "/var/lib/coopmesh/billing-keys")
                .containsEntry("COOPMESH_KEYS_DIR", "/var/lib/coopmesh/membership/keys");
    }

    @Test
    void whatIsKeptIsOnANamedVolume() {
        Set<String> named = map(compose.get("volumes")).keySet();
        services()
                .forEach((name, service) -> {
                    for (Object volume : (List<?>) service.getOrDefault("volumes", List.of())) {
                        String source = volume.toString().split(":")[0];
                        if (source.startsWith("./secrets/")) {
                            assertThat(Repository.text(".gitignore").lines()).contains("/secrets/");
                        } else if (source.startsWith("./")) {
                            assertThat(Repository.path(source)).as(name).isRegularFile();
                        } else {
                            assertThat(named).as(name).contains(source);
                        }
                    }
                });
    }

    @Test
    void everyServiceWithADatabaseHasItsRoleAndPassword() {
        assertThat(Repository.text("compose/databases.sh"))
                .contains("for service in membership billing abuse gateway;");
        assertThat(services().get("postgres").get("command").toString())
                .contains("fsync=on", "synchronous_commit=on");
    }

    private Map<String, Map<String, Object>> services() {
        return compose.get("services") instanceof Map<?, ?> services
                ? services.entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        each -> each.getKey().toString(),
                                        each -> map(each.getValue())))
                : Map.of();
    }

    /** A name without a value is passed on as it is where Compose runs. */
    private Map<String, String> environment(String service) {
        return map(services().get(service).getOrDefault("environment", Map.of()))
                .entrySet()
                .stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                each ->
                                        each.getValue() == null
                                                ? "${" + each.getKey() + "}"
                                                : each.getValue().toString()));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object yaml) {
        return (Map<String, Object>) yaml;
    }
}
