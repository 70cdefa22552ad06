package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.marcnuri.helm.Helm;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * The four sets of values in {@code examples/}, rendered with what runs before an upgrade: read strictly, held to {@link PodRules},
 * and what operators are asked for to closed schemas of our own.
 */
class ChartExamplesTest {
    private static final Path CHART = Repository.path("helm/coopmesh");
    private static final Path SCHEMAS = Repository.path("system-test/src/test/resources/crd");
    private static final List<String> EXAMPLES =
            List.of("small", "standard", "operators", "locked-down");
    private static final Set<String> OF_OPERATORS =
            Set.of("Cluster", "Database", "Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser");
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir private static Path temp;

    private static final Map<String, String> RENDERED = new LinkedHashMap<>();

    @BeforeAll
    static void render() throws IOException {
        Path chart = withoutHooks();
        for (String example : EXAMPLES) {
            RENDERED.put(
                    example,
                    new Helm(chart)
                            .template()
                            .withName("village")
                            .withNamespace("mesh")
                            .withKubeVersion("1.33.0")
                            .withValuesFile(CHART.resolve("examples/" + example + ".yaml"))
                            .call());
        }
    }

    /** Helm renders no hooks: a chart in which there are none. */
    private static Path withoutHooks() throws IOException {
        Path copy = temp.resolve("chart");
        try (Stream<Path> files = Files.walk(CHART)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(CHART.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.writeString(
                        target, Files.readString(file).replace("helm.sh/hook", "example.org/hook"));
            }
        }
        return copy;
    }

    @Test
    void everyExampleIsRendered() throws IOException {
        try (Stream<Path> files = Files.list(CHART.resolve("examples"))) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".yaml", "")))
                    .containsExactlyInAnyOrderElementsOf(EXAMPLES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "standard", "operators", "locked-down"})
    void everyObjectHasOnlyFieldsThatItsKindHas(String example) {
        for (Map<String, Object> object : Repository.objects(RENDERED.get(example))) {
            assertThat(unknownFields(object)).as(kind(object)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "standard", "operators", "locked-down"})
    void noObjectBreaksARule(String example) {
        assertThat(PodRules.broken(Repository.objects(RENDERED.get(example)))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limits:\\n\\s+memory: 512Mi                    | limits: {}                        | no limit of memory",
                "limits: . memory: 320Mi .                      | limits: {}                        | migrate: no limit of memory",
                "cpu: 100m                                      | gpu: 1                            | asks for nothing",
                "readOnlyRootFilesystem: true                   | readOnlyRootFilesystem: false     | writable root",
                "allowPrivilegeEscalation: false                | allowPrivilegeEscalation: true    | may gain rights",
                "allowPrivilegeEscalation: false                | {$0}\\n{indent}privileged: true    | privileged",
                "capabilities: . drop: .ALL. .                  | capabilities: { drop: [ALL], add: [NET_ADMIN] } | capabilities",
                "runAsUser: 10001                               | runAsUser: 0                      | root",
                "seccompProfile: . type: RuntimeDefault .       | seccompProfile: { type: Unconfined } | every system call",
                "automountServiceAccountToken: false\\n\\s+enable | enable                          | a token of the cluster",
                "enableServiceLinks: false                      | hostNetwork: true                 | hostNetwork",
                "emptyDir: . sizeLimit: 64Mi .                  | emptyDir: {}                      | without a limit",
                "emptyDir: . sizeLimit: 64Mi .                  | hostPath: { path: / }             | a folder of the machine",
                "/gateway:0.1.0-SNAPSHOT                        | /gateway:latest                   | no version",
                "/gateway:0.1.0-SNAPSHOT                        | /gateway                          | no version",
                "startupProbe:                                  | aProbe:                           | no startupProbe",
                "livenessProbe:                                 | aProbe:                           | no livenessProbe",
                "readinessProbe:                                | aProbe:                           | no readinessProbe",
                "COOPMESH_FAREWELL: PT5S                        | OTHER: PT5S                       | goes without farewell",
                "terminationGracePeriodSeconds: 60              | terminationGracePeriodSeconds: 30 | no time to end",
                "maxUnavailable: 0                              | maxUnavailable: 1                 | fewer than wanted",
                "kind: PodDisruptionBudget                      | kind: ConfigMap                   | all may be evicted at once",
                "kind: ConfigMap                                | kind: Secret                      | the chart makes a secret",
                "kind: ServiceAccount                           | kind: ClusterRole                 | grants rights",
                "kind: NetworkPolicy(?=\\nmetadata:\\n  name: village-gateway) | kind: ConfigMap    | no network policy",
                "replicas: 2                                    | other: 2                          | two say how many, or nobody",
                "valueFrom: . secretKeyRef: . name: \"coopmesh\", key: gateway-db-password . . | value: x | in plain text",
                "activeDeadlineSeconds: 1800                    | other: 1                          | no end of time",
            })
    void eachRuleIsSeenToFail(String wherever, String becomes, String broken) {
        String good = RENDERED.get("locked-down");
        var found = Pattern.compile(wherever).matcher(good);
        assertThat(found.find()).as("in the rendered text: " + wherever).isTrue();
        int line = good.lastIndexOf('\n', found.start()) + 1;
        String indent = " ".repeat(found.start() - line);
        String changed =
                good.substring(0, found.start())
                        + becomes.replace("{$0}", found.group())
                                .replace("\\n", "\n")
                                .replace("{indent}", indent)
                        + good.substring(found.end());

        assertThat(PodRules.broken(Repository.objects(changed)))
                .isNotEmpty()
                .anyMatch(told -> told.contains(broken));
    }

    @ParameterizedTest
    @CsvSource({
        "Cluster,instances,instance",
        "Cluster,passwordSecret,secretName",
        "Database,databaseReclaimPolicy: retain,databaseReclaimPolicy: keep",
        "KafkaNodePool,kraftMetadata,metadata",
        "Kafka,networkPolicyPeers,peers",
        "KafkaTopic,partitions: 3,partitions: three",
        "KafkaUser,operations,operation",
        "KafkaUser,scram-sha-512,plain",
    })
    void aFieldThatAnOperatorDoesNotKnowIsFound(String kind, String field, String wrong) {
        String rendered = RENDERED.get("operators");
        Map<String, Object> object =
                Stream.of(rendered.split("(?m)^---\\s*$"))
                        .filter(text -> text.contains("\nkind: " + kind + "\n"))
                        .filter(text -> text.contains(field))
                        .findFirst()
                        .map(text -> text.replace(field, wrong))
                        .map(Repository::<Map<String, Object>>yaml)
                        .orElseThrow();

        assertThat(unknownFields(object)).isNotEmpty();
    }

    @Test
    void everySchemaOfOursIsClosed() throws IOException {
        for (String kind : OF_OPERATORS) {
            var open = new ArrayList<String>();
            findOpen("", Repository.yaml(Files.readString(schemaFile(kind))), open);
            assertThat(open).as(kind).isEmpty();
        }
    }

    @Test
    void everyTopicOfTheContractsIsAskedFor() throws IOException {
        var named = new TreeSet<String>();
        try (Stream<Path> protos = Files.walk(Repository.path("contracts/src/main/proto"))) {
            for (Path proto : protos.filter(Files::isRegularFile).toList()) {
                Pattern.compile("[Tt]opic (coopmesh\\.[a-z]+\\.[a-z-]+\\.v\\d+)")
                        .matcher(Files.readString(proto))
                        .results()
                        .forEach(topic -> named.add(topic.group(1)));
            }
        }

        assertThat(named).hasSizeGreaterThan(10);
        assertThat(names("operators", "KafkaTopic")).isEqualTo(named);
    }

    @Test
    void whatAnOperatorMakesIsWhatThePodsCall() {
        String rendered = RENDERED.get("operators");

        assertThat(names("operators", "Cluster")).containsExactly("village-db");
        assertThat(rendered)
                .contains(
                        "jdbc:postgresql://village-db-rw:5432/membership?sslmode=verify-full&sslrootcert=/run/authorities/postgresql.crt")
                .contains("COOPMESH_KAFKA: village-bus-kafka-bootstrap:9092")
                .contains("SPRING_KAFKA_SECURITY_PROTOCOL: SASL_SSL")
                .contains("name: \"village-db-ca\", items: [{ key: ca.crt")
                .contains("name: \"village-bus-cluster-ca-cert\", items: [{ key: ca.crt")
                .contains("name: \"coopmesh-billing-db\", key: password")
                .contains("name: village-billing, key: sasl.jaas.config");
        assertThat(names("operators", "Kafka")).containsExactly("village-bus");
        assertThat(names("operators", "KafkaUser"))
                .containsExactly("village-abuse", "village-billing", "village-membership");
        assertThat(
                        Repository.objects(rendered).stream()
                                .filter(object -> OF_OPERATORS.contains(kind(object))))
                .isNotEmpty()
                .allSatisfy(object -> {
                    assertThat(object.toString()).contains("helm.sh/resource-policy=keep");
                    assertThat(object.get("metadata").toString()).doesNotContain("part-of");
                });
        for (String example : List.of("small", "standard", "locked-down")) {
            assertThat(OF_OPERATORS).allSatisfy(kind -> assertThat(names(example, kind)).isEmpty());
        }
    }

    @Test
    void anAuthorityThatEverybodyKnowsNeedsNoFile() {
        assertThat(RENDERED.get("standard"))
                .contains("sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory")
                .doesNotContain("/run/authorities", "TRUSTSTORE");
    }

    @Test
    void whoeverNamesADatabaseAndAsksForAnotherIsToldSo() {
        var both =
                new Helm(CHART)
                        .template()
                        .withName("village")
                        .withKubeVersion("1.33.0")
                        .withValuesFile(CHART.resolve("examples/operators.yaml"))
                        .set("postgresql.host", "db.example.org");

        assertThatThrownBy(both::call).hasMessageContaining("postgresql.host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "standard", "operators", "locked-down"})
    void everyDatabaseIsMigratedFirstByTheImageThatFollows(String example) {
        List<Map<String, Object>> objects = Repository.objects(RENDERED.get(example));
        List<String> jobs =
                objects.stream()
                        .filter(object -> kind(object).equals("Job"))
                        .map(Object::toString)
                        .toList();

        assertThat(names(example, "Job"))
                .containsExactly(
                        "village-migrate-abuse",
                        "village-migrate-billing",
                        "village-migrate-gateway",
                        "village-migrate-membership");
        // A database that the chart asks for is not there before the first install
        String when = example.equals("operators") ? "pre-upgrade" : "pre-install,pre-upgrade";
        assertThat(jobs)
                .allSatisfy(job ->
                        assertThat(job)
                                .contains("example.org/hook=" + when + ",")
                                .contains("args=[migrate]")
                                // Nothing of the release is there yet
                                .doesNotContain(
                                        "configMap",
                                        "serviceAccountName",
                                        "persistentVolumeClaim"));
        Set<String> images = images(objects, "Deployment");
        assertThat(images(objects, "Job")).isEqualTo(images).hasSize(4);
    }

    private static Set<String> images(List<Map<String, Object>> objects, String kind) {
        return objects.stream()
                .filter(object -> kind(object).equals(kind))
                .flatMap(object ->
                        Pattern.compile("\\bimage=([^,}]+)")
                                .matcher(object.toString())
                                .results()
                                .map(image -> image.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static TreeSet<String> names(String example, String kind) {
        return Repository.objects(RENDERED.get(example)).stream()
                .filter(object -> kind(object).equals(kind))
                .map(object -> String.valueOf(((Map<?, ?>) object.get("metadata")).get("name")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String kind(Map<String, Object> object) {
        return String.valueOf(object.get("kind"));
    }

    /** By our schemas where an operator is asked, else by the models of Kubernetes. */
    private static List<String> unknownFields(Map<String, Object> object) {
        String json = JSON.writeValueAsString(object);
        if (OF_OPERATORS.contains(kind(object))) {
            return schema(kind(object)).validate(json, InputFormat.JSON).stream()
                    .map(Object::toString)
                    .toList();
        }
        var mapper = new com.fasterxml.jackson.databind.ObjectMapper();
        var kubernetes = new KubernetesSerialization(mapper, true);
        mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        Object model = kubernetes.unmarshal(json);
        assertThat(model.getClass().getSimpleName())
                .as("a kind that is checked")
                .isEqualTo(kind(object));
        try {
            UnknownFields.refuse(model);
            return List.of();
        } catch (IllegalArgumentException unknown) {
            return List.of(String.valueOf(unknown.getMessage()));
        }
    }

    private static Path schemaFile(String kind) {
        return SCHEMAS.resolve(kind + ".yaml");
    }

    private static Schema schema(String kind) {
        try {
            Object schema = Repository.yaml(Files.readString(schemaFile(kind)));
            String location = "https://coopmesh.org/crd/" + kind;
            return SchemaRegistry.withDefaultDialect(
                            SpecificationVersion.DRAFT_2020_12,
                            builder ->
                                    builder.schemas(
                                            Map.of(location, JSON.writeValueAsString(schema))))
                    .getSchema(SchemaLocation.of(location));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void findOpen(String at, Object schema, List<String> open) {
        if (!(schema instanceof Map<?, ?> map)) return;
        if ("object".equals(map.get("type")) && !map.containsKey("additionalProperties"))
            open.add(at);
        if (Boolean.TRUE.equals(map.get("additionalProperties"))) open.add(at);
        map.forEach((key, value) -> findOpen(at + "/" + key, value, open));
    }
}
