package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.coopmesh.contracts.membership.v1.EnrolRequest;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.coopmesh.membership.Audit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that must not become a node, each with its word, and each written down. */
class RefusedEnrolmentIT extends NetworkedService {
    private record Case(EnrolRequest request, Status.Code code, String says) {}

    @Test
    void requestsForOtherKeysOrOtherNamesAreRefusedAndWrittenDown() throws Exception {
        Registered node = register(person());
        try (var agent = agent();
                var other = agent()) {
            GeneralName own = uri(CertificateAuthority.NODE_URI + agent.id().hex());
            var cases = new LinkedHashMap<String, Case>();
            cases.put("RSA", wrong(agent, node, csr(keys("RSA", null), "SHA256withRSA"), "P-256"));
            cases.put(
                    "another curve",
                    wrong(agent, node, csr(keys("EC", "secp384r1"), "SHA384withECDSA"), "P-256"));
            cases.put("a request that was cut", wrong(agent, node, cut(agent), "malformed"));
            cases.put(
                    "a web site's name",
                    wrong(
                            agent,
                            node,
                            csr(
                                    agent.tls(),
                                    "SHA256withECDSA",
                                    own,
                                    new GeneralName(GeneralName.dNSName, "bank.example.org")),
                            "a name that is not the node's"));
            cases.put(
                    "another node's name",
                    wrong(
                            agent,
                            node,
                            csr(
                                    agent.tls(),
                                    "SHA256withECDSA",
                                    uri(CertificateAuthority.NODE_URI + other.id().hex())),
                            "a name that is not the node's"));
            cases.put(
                    "an identity for which anybody can sign",
                    new Case(
                            agent.enrolRequest(node.code()).toBuilder()
                                    .setIdentityKey(ByteString.copyFrom(smallOrder(agent)))
                                    .build(),
                            Status.Code.INVALID_ARGUMENT,
                            "identity_key is a weak key"));

            for (Map.Entry<String, Case> one : cases.entrySet()) {
                refused(
                        one.getKey(),
                        one.getValue().code(),
                        one.getValue().says(),
                        () -> agent.enrol(one.getValue().request()));
                http.perform(get("/api/nodes/refusals").with(caller(board, "network")))
                        .andExpect(status().isOk())
                        .andExpect(
                                jsonPath("$.items[0].why")
                                        .value(containsString(one.getValue().says())))
                        .andExpect(jsonPath("$.items[0].node").value(node.id().toString()));
            }
            var asksForItsOwnName =
                    agent.enrolRequest(node.code(), csr(agent.tls(), "SHA256withECDSA", own));
            assertThat(agent.enrol(asksForItsOwnName).getNodeId()).isEqualTo(agent.id().hex());
        }
    }

    @Test
    void aCopiedDiskIsNoSecondNode() throws Exception {
        Person owner = person();
        Registered first = register(owner);
        Registered second = register(owner);
        try (var original = agent();
                var copy = agent()) {
            original.enrol(first.code());
            copy.takeTlsKeyOf(original);

            refused(
                    "copy",
                    Status.Code.PERMISSION_DENIED,
                    "the TLS key is another node's",
                    () -> copy.enrol(second.code()));
            copy.newTlsKey();
            assertThat(copy.enrol(second.code()).getNodeId()).isEqualTo(copy.id().hex());
        }
    }

    @Test
    void whoTriesCodesWaits() throws Exception {
        Registered node = register(person());
        try (var guesser = agent()) {
            for (int i = 0; i < GuessLimit.WRONG_MAX; i++) {
                String guess = "%026d".formatted(i);
                refused(
                        guess,
                        Status.Code.PERMISSION_DENIED,
                        "no such code",
                        () -> guesser.enrol(guess));
            }

            refused(
                    "one more",
                    Status.Code.RESOURCE_EXHAUSTED,
                    "ten minutes",
                    () -> guesser.enrol("9".repeat(26)));
            http.perform(get("/api/nodes/refusals").with(caller(board, "board")))
                    .andExpect(jsonPath("$.items[0].why").value("no such code"))
                    .andExpect(jsonPath("$.items[0].nodeId").value(guesser.id().hex()));
            clock.advance(GuessLimit.WINDOW);
            assertThat(guesser.enrol(node.code()).getNodeId()).isEqualTo(guesser.id().hex());
        }
    }

    @Test
    void aCertificateOfAnotherCoopOpensNothing(@TempDir Path elsewhere) throws Exception {
        Registered node = register(person());
        var another =
                new CertificateAuthority(
                        elsewhere,
                        elsewhere,
                        Set.of("localhost"),
                        "https://other.example.org",
                        Clock.systemUTC());
        try (var agent = agent()) {
            agent.enrol(node.code());
            report(agent);

            agent.show(another.issue(agent.id(), agent.tls().getPublic(), agent.identityKey()));

            try (var audit = new Audit()) {
                assertThatThrownBy(() -> report(agent))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                e ->
                                        assertThat(e.getStatus().getCode())
                                                .isIn(
                                                        Status.Code.UNAVAILABLE,
                                                        Status.Code.UNKNOWN));
                assertThat(audit.told())
                        .anyMatch(line -> line.startsWith("certificate refused subject="));
            }
        }
    }

    private static Case wrong(TestAgent agent, Registered node, byte[] csr, String says) {
        return new Case(agent.enrolRequest(node.code(), csr), Status.Code.INVALID_ARGUMENT, says);
    }

    private static void refused(String what, Status.Code code, String says, ThrowingCallable call) {
        assertThatThrownBy(call)
                .as(what)
                .hasMessageContaining(says)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
    }

    private static void report(TestAgent agent) {
        TopologyServiceGrpc.newBlockingStub(agent.channel())
                .reportTopology(ReportTopologyRequest.newBuilder().setAgentVersion("1").build());
    }

    private static GeneralName uri(String text) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, text);
    }

    private static KeyPair keys(String algorithm, String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance(algorithm);
        if (curve == null) {
            generator.initialize(2048);
        } else {
            generator.initialize(new ECGenParameterSpec(curve));
        }
        return generator.generateKeyPair();
    }

    private static byte[] csr(KeyPair keys, String signature, GeneralName... names)
            throws Exception {
        var builder =
                new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=node"), keys.getPublic());
        if (names.length > 0) {
            var extensions = new ExtensionsGenerator();
            extensions.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names));
            builder.addAttribute(
                    PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
        }
        return builder.build(new JcaContentSignerBuilder(signature).build(keys.getPrivate()))
                .getEncoded();
    }

    private static byte[] cut(TestAgent agent) throws Exception {
        byte[] good = csr(agent.tls(), "SHA256withECDSA");
        return Arrays.copyOf(good, good.length - 1);
    }

    /** The SubjectPublicKeyInfo of the point of order one. */
    private static byte[] smallOrder(TestAgent agent) {
        byte[] key = agent.identityKey();
        Arrays.fill(key, key.length - 32, key.length, (byte) 0);
        key[key.length - 32] = 1;
        return key;
    }
}
