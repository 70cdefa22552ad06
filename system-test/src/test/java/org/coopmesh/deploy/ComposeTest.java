package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The small production install says nothing that a service does not hear, keeps no secret, and gives no container more than it needs. */
class ComposeTest {
    private static final Set<String> OURS =
            Set.of("membership-service", "billing-service", "abuse-reporting", "gateway");

    /** Told by the image, whose description is in the root pom.xml. */
    private static final Set<String> IN_THE_IMAGE =
            Set.of("COOPMESH_ADDRESS", "COOPMESH_NODE_ADDRESS");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)([^}]*)}");
    private static final Pattern SECRET = Pattern.compile(".*(PASSWORD|SECRET)$");

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

                                    assertThat(told)
                                            .containsAll(
                                                    ServiceSettings.of(name)
                                                            .onlyGoodOnOneMachine());
                                    assertThat(environment(name).values())
                                            .noneMatch(value -> value.contains("localhost"));
                                }));
    }

    @Test
    void noSecretHasADefault() {
        var references = VARIABLE.matcher(text);
        var named = new TreeSet<String>();
        while (references.find()) {
            if (SECRET.matcher(references.group(1)).matches()) {
                named.add(references.group(1));
                assertThat(references.group(2)).as(references.group()).startsWith(":?");
            }
        }
        assertThat(named).hasSize(6);
        for (String service : services().keySet()) {
            environment(service)
                    .forEach((name, value) -> {
                        if (SECRET.matcher(name).matches())
                            assertThat(value).as(name).startsWith("${");
                    });
        }
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
                        "9081:9081", "9082:9082", "127.0.0.1:${COOPMESH_GATEWAY_PORT:-8080}:8080");
    }

    @Test
    void billingCannotReachTheKeysOfTheCoop() {
        assertThat(services().get("billing-service").get("volumes"))
                .isEqualTo(List.of("billing-keys:/var/lib/coopmesh/billing-keys:ro"));
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
                        if (source.startsWith("./")) {
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
        for (String database : List.of("MEMBERSHIP", "BILLING", "ABUSE", "GATEWAY")) {
            assertThat(environment("postgres").get(database + "_PASSWORD"))
                    .startsWith("${COOPMESH_" + database + "_DB_PASSWORD:?");
        }
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
