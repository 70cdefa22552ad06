package org.coopmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1alpha2.TLSRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, rendered by Helm itself and read with the models of Kubernetes, which refuse what Kubernetes does not know. */
class ChartTest {
    private static final Path CHART = Repository.path("helm/coopmesh");

    /** The least that must be given. */
    private static final String LEAST =
            """
            publicUrl: https://mesh.example.org
            podAddresses: 10\\.244\\.\\d{1,3}\\.\\d{1,3}
            neverBan: [192.0.2.1, "2001:db8::/64"]
            secret: coopmesh
            postgresql: { host: db.example.org }
            kafka: { bootstrapServers: "kafka.example.org:9092" }
            nodePorts: { membership: { host: nodes.example.org }, billing: { host: nodes.example.org } }
            """;

    /** Every option on, or other than its default. */
    private static final String ALL =
            """
            publicUrl: https://mesh.example.org
            podAddresses: 10\\.244\\.\\d{1,3}\\.\\d{1,3}
            neverBan: [192.0.2.1]
            secret: coopmesh
            image: { repository: registry.example.org/coopmesh, tag: "1.2", pullPolicy: Always, pullSecrets: [pull] }
            postgresql: { host: db.example.org, port: 5433, sslMode: verify-full, caSecret: postgres-ca }
            kafka:
              bootstrapServers: a.example.org:9093,b.example.org:9093
              ports: [9093, 9094]
              securityProtocol: SASL_SSL
              saslMechanism: SCRAM-SHA-512
              saslSecret: kafka
              caSecret: kafka-ca
            keys: { accessMode: ReadWriteMany, storageClass: nfs, size: 1Gi }
            nodePorts:
              type: NodePort
              annotations: { example.org/pool: nodes }
              externalTrafficPolicy: Local
              membership: { host: m.example.org, port: 443, nodePort: 30081 }
              billing: { host: b.example.org, port: 443, nodePort: 30082 }
            tlsRoute: { enabled: true, parentRefs: [{ name: nodes, namespace: edge, sectionName: tls }] }
            ingress: { enabled: true, className: nginx, annotations: { example.org/a: b }, tlsSecret: cert }
            httpRoute: { enabled: true, parentRefs: [{ name: browsers }] }
            networkPolicy:
              enabled: true
              browsersFrom: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ingress } } }]
              nodesFrom: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.9.0.0/16] } }]
              postgresqlTo: [{ ipBlock: { cidr: 192.0.2.7/32 } }]
              kafkaTo: [{ podSelector: { matchLabels: { app: kafka } } }]
            nodeSelector: { kubernetes.io/os: linux }
            tolerations: [{ key: coop, operator: Exists, effect: NoSchedule }]
            gateway: { replicas: 2, settings: { COOPMESH_OVERVIEW_PATIENCE: 5s }, autoscaling: { max: 6, cpuPercent: 70 } }
            membership: { replicas: 3, settings: { COOPMESH_MEMBER_CHECKINTERVAL: PT20S } }
            billing: { replicas: 2, settings: { COOPMESH_INVOICE_DUEAFTER: P30D }, secretSettings: providers }
            abuse: { replicas: 2, settings: { COOPMESH_REPORT_RATEPERIOD: PT2H } }
            """;

    private static final Map<String, String> MODULES =
            Map.of(
                    "gateway", "gateway",
                    "membership", "membership-service",
                    "billing", "billing-service",
                    "abuse", "abuse-reporting");

    @TempDir private static Path temp;

    private static final KubernetesSerialization KUBERNETES = strict();
    private static List<HasMetadata> least;
    private static List<HasMetadata> all;

    @BeforeAll
    static void render() throws Exception {
        least = objects(helm(LEAST).call());
        all = objects(helm(ALL).call());
    }

    @Test
    void lintFindsNothing() {
        LintResult result = new Helm(CHART).lint().strict().call();

        assertThat(result.getMessages())
                .noneMatch(message -> message.matches(".*\\[(ERROR|WARNING)].*"));
        assertThat(result.isFailed()).isFalse();
    }

    @Test
    void aFieldThatKubernetesDoesNotKnowIsFound() {
        assertThatThrownBy(() ->
                        objects("apiVersion: v1\nkind: Service\nspec: { selectr: { a: b } }\n"))
                .hasStackTraceContaining("selectr");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "publicUrl",
                "podAddresses",
                "neverBan",
                "secret",
                "postgresql.host",
                "kafka.bootstrapServers",
                "nodePorts.membership.host",
                "nodePorts.billing.host"
            })
    void whatHasNoDefaultIsAskedFor(String value) throws Exception {
        var unset =
                value.equals("neverBan")
                        ? helm(LEAST.replaceAll("neverBan: .*", "neverBan: []"))
                        : helm(LEAST).set(value, "");

        assertThatThrownBy(unset::call).hasMessageContaining(value);
    }

    @ParameterizedTest
    @CsvSource({
        "publicUrl,mesh.example.org",
        "postgresql.port,70000",
        "postgresql.sslMode,allow",
        "gateway.replicas,0",
        "keys.accessMode,ReadOnlyMany",
        "nodePorts.type,HostPort",
        "kafka.bootstrapServers,kafka",
        "gateway.settings.lowerCase,x"
    })
    void theSchemaRefusesAWrongValue(String name, String value) throws Exception {
        var wrong = helm(LEAST).set(name, value);

        assertThatThrownBy(wrong::call).hasMessageContaining("schema");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "publicURL",
                "image.registry",
                "postgresql.user",
                "kafka.broker",
                "keys.path",
                "nodePorts.host",
                "nodePorts.billing.name",
                "tlsRoute.hosts",
                "ingress.host",
                "httpRoute.on",
                "networkPolicy.allow",
                "gateway.replica",
                "abuse.resources.limit"
            })
    void theSchemaRefusesAnUnknownKey(String name) throws Exception {
        var unknown = helm(LEAST).set(name, "x");

        assertThatThrownBy(unknown::call)
                .hasMessageContaining("schema")
                .hasMessageContaining(name.substring(name.lastIndexOf('.') + 1));
    }

    @Test
    void everyObjectOfTheSchemaIsClosed() throws Exception {
        Map<String, Object> schema =
                Repository.yaml(Files.readString(CHART.resolve("values.schema.json")));
        var open = new ArrayList<String>();
        findOpen("", schema, open);

        assertThat(open).isEmpty();
    }

    @Test
    void everyValueIsExplained() throws Exception {
        List<String> lines = Files.readAllLines(CHART.resolve("values.yaml"));
        var unexplained = new ArrayList<String>();
        for (int i = 1; i < lines.size(); i++) {
            boolean key =
                    lines.get(i).matches(" *[a-zA-Z]+:.*")
                            && !lines.get(i).matches(" +(requests|limits):.*");
            boolean group = lines.get(i).matches(" *[a-zA-Z]+:");
            if (key && !group && !lines.get(i - 1).strip().startsWith("#"))
                unexplained.add(lines.get(i));
        }

        assertThat(unexplained).isEmpty();
    }

    @Test
    void severalReplicasOfMembershipNeedASharedVolume() throws Exception {
        var many = helm(LEAST).set("membership.replicas", 2);

        assertThatThrownBy(many::call).hasMessageContaining("ReadWriteMany");
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql.caSecret, postgresql.sslMode",
        "kafka.caSecret, kafka.securityProtocol"
    })
    void anAuthorityByWhichNothingWouldBeCheckedIsRefused(String authority, String why)
            throws Exception {
        var named = helm(LEAST).set(authority, "house-ca");

        assertThatThrownBy(named::call).hasMessageContaining(why);
    }

    @Test
    void aTlsRouteNeedsTwoNames() throws Exception {
        var sameName =
                helm(LEAST).set("tlsRoute.enabled", true).set("tlsRoute.parentRefs[0].name", "g");

        assertThatThrownBy(sameName::call).hasMessageContaining("must differ");
    }

    @TestFactory
    Stream<DynamicTest> everyContainerIsRestricted() {
        return Stream.concat(deployments(least), deployments(all))
                .map(deployment ->
                        DynamicTest.dynamicTest(
                                name(deployment),
                                () -> {
                                    PodSpec pod = deployment.getSpec().getTemplate().getSpec();
                                    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
                                    assertThat(pod.getServiceAccountName())
                                            .isEqualTo(name(deployment));
                                    assertThat(pod.getHostNetwork()).isNull();
                                    assertThat(pod.getInitContainers()).isEmpty();
                                    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
                                    assertThat(
                                                    pod.getSecurityContext()
                                                            .getSeccompProfile()
                                                            .getType())
                                            .isEqualTo("RuntimeDefault");
                                    for (Container container : pod.getContainers()) {
                                        var security = container.getSecurityContext();
                                        assertThat(security.getAllowPrivilegeEscalation())
                                                .isFalse();
                                        assertThat(security.getReadOnlyRootFilesystem()).isTrue();
                                        assertThat(security.getRunAsNonRoot()).isTrue();
                                        assertThat(security.getCapabilities().getDrop())
                                                .containsExactly("ALL");
                                        assertThat(security.getCapabilities().getAdd()).isEmpty();
                                        assertThat(container.getResources().getLimits())
                                                .containsKey("memory");
                                        assertThat(container.getResources().getRequests())
                                                .containsKeys("cpu", "memory");
                                        assertThat(
                                                        container
                                                                .getStartupProbe()
                                                                .getHttpGet()
                                                                .getPath())
                                                .isEqualTo("/actuator/health/liveness");
                                        assertThat(
                                                        container
                                                                .getLivenessProbe()
                                                                .getHttpGet()
                                                                .getPath())
                                                .isEqualTo("/actuator/health/liveness");
                                        assertThat(
                                                        container
                                                                .getReadinessProbe()
                                                                .getHttpGet()
                                                                .getPath())
                                                .isEqualTo("/actuator/health/readiness");
                                    }
                                }));
    }

    @TestFactory
    Stream<DynamicTest> everySettingIsOneThatTheServiceReads() {
        return Stream.of(least, all)
                .flatMap(rendered ->
                        MODULES.keySet().stream()
                                .map(part ->
                                        DynamicTest.dynamicTest(
                                                part,
                                                () -> {
                                                    var settings =
                                                            ServiceSettings.of(MODULES.get(part));

                                                    var told = told(rendered, part);

                                                    assertThat(settings.unknown(told)).isEmpty();
                                                    told.addAll(
                                                            List.of(
                                                                    "COOPMESH_ADDRESS",
                                                                    "COOPMESH_NODE_ADDRESS")); // by
                                                    // the image
                                                    assertThat(told)
                                                            .containsAll(
                                                                    settings
                                                                            .onlyGoodOnOneMachine());
                                                })));
    }

    @Test
    void noSecretIsInAConfigMap() {
        for (List<HasMetadata> rendered : List.of(least, all)) {
            of(ConfigMap.class, rendered)
                    .forEach(map ->
                            assertThat(map.getData().keySet())
                                    .noneMatch(key ->
                                            key.matches(".*(PASSWORD|SECRET|JAAS_CONFIG)$")));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "billing.settings.COOPMESH_STRIPE_KEY",
                "billing.settings.COOPMESH_GOCARDLESS_TOKEN",
                "billing.settings.COOPMESH_BTCPAY_WEBHOOK_SECRETS",
                "membership.settings.COOPMESH_SMTP_PASSWORD"
            })
    void aSecretAmongPlainSettingsIsRefused(String name) throws Exception {
        var plain = helm(LEAST).set(name, "x");

        assertThatThrownBy(plain::call).hasMessageContaining("secretSettings");
    }

    @Test
    void secretSettingsAreFilesOfThatPartAloneAndOpenTheWayToProviders() {
        assertThat(
                        deployments(all)
                                .filter(deployment ->
                                        deployment
                                                .getSpec()
                                                .getTemplate()
                                                .getSpec()
                                                .getVolumes()
                                                .stream()
                                                .anyMatch(volume ->
                                                        volume.getSecret() != null
                                                                && volume.getSecret()
                                                                        .getSecretName()
                                                                        .equals("providers"))))
                .singleElement()
                .satisfies(billing ->
                        assertThat(
                                        billing.getSpec()
                                                .getTemplate()
                                                .getSpec()
                                                .getContainers()
                                                .getFirst()
                                                .getVolumeMounts())
                                .anyMatch(mount ->
                                        mount.getMountPath().equals("/run/coopmesh")
                                                && mount.getReadOnly()));
        assertThat(portsOut(all, "village-billing")).contains(443);
        assertThat(portsOut(least, "village-billing")).doesNotContain(443);
    }

    private static List<Integer> portsOut(List<HasMetadata> rendered, String policy) {
        return of(NetworkPolicy.class, rendered)
                .filter(each -> name(each).equals(policy))
                .flatMap(each -> each.getSpec().getEgress().stream())
                .flatMap(rule -> rule.getPorts().stream())
                .map(port -> port.getPort().getIntVal())
                .toList();
    }

    @Test
    void aPartThatScalesIsNotHeldToANumber() {
        assertThat(of(HorizontalPodAutoscaler.class, least)).isEmpty();
        assertThat(of(HorizontalPodAutoscaler.class, all))
                .singleElement()
                .satisfies(scaler -> {
                    assertThat(scaler.getSpec().getMinReplicas()).isEqualTo(2);
                    assertThat(scaler.getSpec().getMaxReplicas()).isEqualTo(6);
                    assertThat(scaler.getSpec().getScaleTargetRef().getName())
                            .isEqualTo("village-gateway");
                });
        assertThat(deployments(all).filter(each -> each.getSpec().getReplicas() == null))
                .extracting(ChartTest::name)
                .containsExactly("village-gateway");
    }

    @Test
    void theTestPodIsRestrictedLikeTheOthersAndMayReachTheGateway() throws Exception {
        // Helm renders no hooks: a chart in which it is none
        Path chart = Files.createDirectories(temp.resolve("chart/templates"));
        String test = Files.readString(CHART.resolve("templates/test.yaml"));
        assertThat(test).contains("    helm.sh/hook: test\n");
        Files.writeString(chart.resolve("test.yaml"), test.replace("helm.sh/hook", "hook"));
        for (String file : List.of("Chart.yaml", "values.yaml", "templates/_helpers.tpl")) {
            Files.copy(CHART.resolve(file), chart.getParent().resolve(file));
        }
        var rendered =
                new Helm(chart.getParent())
                        .template()
                        .withName("village")
                        .withNamespace("mesh")
                        .withKubeVersion("1.33.0");

        assertThat(of(Pod.class, objects(rendered.call())))
                .singleElement()
                .satisfies(pod -> {
                    assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
                    var security = pod.getSpec().getContainers().getFirst().getSecurityContext();
                    assertThat(security.getReadOnlyRootFilesystem()).isTrue();
                    assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
                });
        assertThat(
                        of(NetworkPolicy.class, all)
                                .filter(each -> name(each).equals("village-gateway")))
                .singleElement()
                .satisfies(policy ->
                        assertThat(policy.getSpec().getIngress().getFirst().getFrom())
                                .anyMatch(peer ->
                                        peer.getPodSelector() != null
                                                && "test"
                                                        .equals(
                                                                peer.getPodSelector()
                                                                        .getMatchLabels()
                                                                        .get(
                                                                                "app.kubernetes.io/name"))));
    }

    @Test
    void settingsOfTheOperatorWinAndArriveInThePods() {
        assertThat(
                        of(ConfigMap.class, all)
                                .filter(map -> name(map).equals("village-billing"))
                                .findFirst()
                                .orElseThrow()
                                .getData())
                .containsEntry("COOPMESH_INVOICE_DUEAFTER", "P30D")
                .containsEntry("COOPMESH_KAFKA", "a.example.org:9093,b.example.org:9093")
                .containsEntry(
                        "COOPMESH_DB_URL",
                        "jdbc:postgresql://db.example.org:5433/billing?sslmode=verify-full&sslrootcert=/run/authorities/postgresql.crt");
    }

    @Test
    void accountsCarryNoToken() {
        assertThat(of(ServiceAccount.class, all))
                .hasSize(4)
                .allMatch(account -> !account.getAutomountServiceAccountToken());
    }

    @Test
    void onlyMembershipSeesTheKeysOfTheCoop() {
        for (List<HasMetadata> rendered : List.of(least, all)) {
            deployments(rendered)
                    .forEach(deployment -> {
                        var mounts =
                                deployment
                                        .getSpec()
                                        .getTemplate()
                                        .getSpec()
                                        .getContainers()
                                        .getFirst()
                                        .getVolumeMounts()
                                        .stream()
                                        .filter(mount -> mount.getName().equals("keys"))
                                        .toList();
                        switch (name(deployment)) {
                            case "village-membership" -> assertThat(mounts).hasSize(1);
                            case "village-billing" ->
                                    assertThat(mounts)
                                            .singleElement()
                                            .satisfies(mount -> {
                                                assertThat(mount.getSubPath())
                                                        .isEqualTo("billing-keys");
                                                assertThat(mount.getReadOnly()).isTrue();
                                            });
                            default -> assertThat(mounts).isEmpty();
                        }
                    });
        }
    }

    @Test
    void everythingIsDeniedExceptTheNamedFlows() {
        Map<String, NetworkPolicy> policies = new java.util.TreeMap<>();
        of(NetworkPolicy.class, least).forEach(policy -> policies.put(name(policy), policy));

        assertThat(policies.keySet())
                .containsExactly(
                        "village-abuse",
                        "village-billing",
                        "village-default-deny",
                        "village-gateway",
                        "village-membership");
        var deny = policies.remove("village-default-deny").getSpec();
        assertThat(deny.getIngress()).isEmpty();
        assertThat(deny.getEgress()).isEmpty();
        assertThat(deny.getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(callers(policies.get("village-membership")))
                .containsExactly("abuse", "billing", "gateway");
        assertThat(callers(policies.get("village-billing"))).containsExactly("gateway");
        assertThat(callers(policies.get("village-abuse"))).containsExactly("gateway");
        assertThat(called(policies.get("village-gateway")))
                .containsExactly("abuse", "billing", "membership");
        assertThat(callers(policies.get("village-gateway"))).isEmpty();
        assertThat(called(policies.get("village-membership"))).containsExactly("gateway");
        assertThat(called(policies.get("village-billing"))).containsExactly("membership");
        assertThat(called(policies.get("village-abuse"))).containsExactly("membership");
        // Each policy selects a part that there is, so that default deny leaves none without its
        // flows
        deployments(least)
                .forEach(deployment ->
                        assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
                                .containsAllEntriesOf(
                                        policies.get(name(deployment))
                                                .getSpec()
                                                .getPodSelector()
                                                .getMatchLabels())
                                .containsAllEntriesOf(deny.getPodSelector().getMatchLabels()));
    }

    @Test
    void everyServiceFindsItsPodsAndPorts() {
        for (List<HasMetadata> rendered : List.of(least, all)) {
            of(Service.class, rendered)
                    .forEach(service ->
                            assertThat(
                                            deployments(rendered)
                                                    .filter(deployment ->
                                                            deployment
                                                                    .getSpec()
                                                                    .getTemplate()
                                                                    .getMetadata()
                                                                    .getLabels()
                                                                    .entrySet()
                                                                    .containsAll(
                                                                            service.getSpec()
                                                                                    .getSelector()
                                                                                    .entrySet())))
                                    .as(name(service))
                                    .singleElement()
                                    .satisfies(deployment ->
                                            assertThat(
                                                            deployment
                                                                    .getSpec()
                                                                    .getTemplate()
                                                                    .getSpec()
                                                                    .getContainers()
                                                                    .getFirst()
                                                                    .getPorts())
                                                    .anyMatch(port ->
                                                            port.getName()
                                                                    .equals(
                                                                            service.getSpec()
                                                                                    .getPorts()
                                                                                    .getFirst()
                                                                                    .getTargetPort()
                                                                                    .getStrVal()))));
        }
    }

    @Test
    void optionsBringWhatTheyPromise() {
        assertThat(of(PodDisruptionBudget.class, least)).isEmpty();
        assertThat(of(PodDisruptionBudget.class, all)).hasSize(4);
        assertThat(of(Ingress.class, least)).isEmpty();
        assertThat(of(Ingress.class, all)).hasSize(1);
        assertThat(of(HTTPRoute.class, all)).hasSize(1);
        assertThat(of(TLSRoute.class, all))
                .extracting(route -> route.getSpec().getHostnames().getFirst())
                .containsExactly("m.example.org", "b.example.org");
        assertThat(
                        of(Service.class, all)
                                .filter(service -> "NodePort".equals(service.getSpec().getType())))
                .extracting(service -> service.getSpec().getPorts().getFirst().getNodePort())
                .containsExactlyInAnyOrder(30081, 30082);
        assertThat(
                        of(Service.class, least)
                                .filter(service ->
                                        "LoadBalancer".equals(service.getSpec().getType())))
                .hasSize(2);
    }

    private static TemplateCommand helm(String values) throws Exception {
        Path file = Files.createTempFile(temp, "values", ".yaml");
        Files.writeString(file, values);
        return new Helm(CHART)
                .template()
                .withName("village")
                .withNamespace("mesh")
                .withKubeVersion("1.33.0")
                .withValuesFile(file);
    }

    private static KubernetesSerialization strict() {
        var mapper = new com.fasterxml.jackson.databind.ObjectMapper();
        var serialization = new KubernetesSerialization(mapper, true);
        mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        return serialization;
    }

    private static List<HasMetadata> objects(String rendered) {
        var objects = new ArrayList<HasMetadata>();
        for (String document : rendered.split("(?m)^---\\s*$")) {
            if (document.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) continue;
            objects.add(KUBERNETES.unmarshal(document));
        }
        for (HasMetadata each : objects) UnknownFields.refuse(each);
        return objects;
    }

    private static <T extends HasMetadata> Stream<T> of(Class<T> kind, List<HasMetadata> rendered) {
        return rendered.stream().filter(kind::isInstance).map(kind::cast);
    }

    private static Stream<Deployment> deployments(List<HasMetadata> rendered) {
        return of(Deployment.class, rendered);
    }

    private static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }

    private static TreeSet<String> told(List<HasMetadata> rendered, String part) {
        var names = new TreeSet<String>();
        of(ConfigMap.class, rendered)
                .filter(map -> name(map).equals("village-" + part))
                .forEach(map -> names.addAll(map.getData().keySet()));
        deployments(rendered)
                .filter(deployment -> name(deployment).equals("village-" + part))
                .forEach(deployment ->
                        deployment
                                .getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .getFirst()
                                .getEnv()
                                .stream()
                                .map(EnvVar::getName)
                                .forEach(names::add));
        return names;
    }

    private static List<String> callers(NetworkPolicy policy) {
        return policy.getSpec().getIngress().stream()
                .flatMap(rule -> rule.getFrom().stream())
                .map(peer -> peer.getPodSelector().getMatchLabels().get("app.kubernetes.io/name"))
                .sorted()
                .toList();
    }

    private static List<String> called(NetworkPolicy policy) {
        return policy.getSpec().getEgress().stream()
                .flatMap(rule -> rule.getTo().stream())
                .filter(peer -> peer.getPodSelector() != null)
                .map(peer -> peer.getPodSelector().getMatchLabels().get("app.kubernetes.io/name"))
                .sorted()
                .toList();
    }

    private static void findOpen(String at, Object schema, List<String> open) {
        if (schema instanceof Map<?, ?> map) {
            if ("object".equals(map.get("type"))
                    && !Boolean.FALSE.equals(map.get("additionalProperties"))) open.add(at);
            map.forEach((key, value) -> findOpen(at + "/" + key, value, open));
        }
    }
}
