package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
    private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "fd42::1");

    private static final String PUBLIC = "https://coop.example.org";
    private static final Instant NOW = Instant.parse("2026-11-22T09:00:00Z");

    @TempDir private Path temp;

    @Test
    void theFirstStartMakesKeysThatOnlyTheirOwnerReads() throws Exception {
        Path keys = temp.resolve("keys");

        open(keys, NAMES);
        new AccessListKey(keys, Clock.systemUTC());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys)))
                .isEqualTo("rwx------");
        for (String file :
                List.of(
                        "ca.key",
                        "ca.crt",
                        "access-list.key",
                        "node-port-membership.key",
                        "node-port-membership.crt",
                        "node-port-billing.key",
                        "node-port-billing.crt")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(keys.resolve(file))))
                    .as(file)
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void theNextStartKeepsThem() throws Exception {
        var first = open(temp, NAMES);
        String port = Files.readString(temp.resolve("node-port-billing.crt"));
        String listKey = new AccessListKey(temp, Clock.systemUTC()).id();

        var second = open(temp, NAMES);

        assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
        assertThat(Files.readString(temp.resolve("node-port-billing.crt"))).isEqualTo(port);
        assertThat(new AccessListKey(temp, Clock.systemUTC()).id()).isEqualTo(listKey);
    }

    @Test
    void aNodePortCertificateIsLeafAndAuthorityWithEveryName() throws Exception {
        var authority = open(temp, NAMES);

        var chain = CertificateAuthority.readCertificates(temp.resolve("node-port-billing.crt"));

        assertThat(chain).hasSize(2);
        assertThat(chain.getLast()).isEqualTo(authority.certificate());
        chain.getFirst().verify(authority.certificate().getPublicKey());
        assertThat(chain.getFirst().getSubjectAlternativeNames())
                .contains(List.of(2, "localhost"), List.of(7, "127.0.0.1"))
                .hasSize(3);
    }

    @Test
    void billingSeesNoKeyButItsOwn() throws Exception {
        Path keys = temp.resolve("keys");
        Path billing = temp.resolve("billing");

        new CertificateAuthority(keys, billing, NAMES, PUBLIC, Clock.systemUTC());

        try (var files = Files.list(billing)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "ca.crt", "node-port-billing.key", "node-port-billing.crt");
        }
        assertThat(keys.resolve("node-port-billing.key")).doesNotExist();
        assertThat(Files.readString(billing.resolve("ca.crt")))
                .isEqualTo(Files.readString(keys.resolve("ca.crt")));
    }

    @Test
    void otherNamesOrANearEndMakeANewNodePortCertificate() throws Exception {
        open(temp, NAMES);
        String before = Files.readString(temp.resolve("node-port-membership.crt"));

        open(temp, Set.of("localhost", "127.0.0.1", "mesh.example.org"));
        String renamed = Files.readString(temp.resolve("node-port-membership.crt"));
        new CertificateAuthority(
                temp,
                temp,
                Set.of("localhost", "127.0.0.1", "mesh.example.org"),
                PUBLIC,
                Clock.offset(Clock.systemUTC(), Duration.ofDays(368)));
        String renewed = Files.readString(temp.resolve("node-port-membership.crt"));

        assertThat(renamed).isNotEqualTo(before);
        assertThat(renewed).isNotEqualTo(renamed);
    }

    @Test
    void aFolderOfBeforeRotationsIsTakenUpAndStaysReadableForThatVersion() throws Exception {
        var first = open(temp, NAMES);
        String key = Files.readString(temp.resolve("ca.key"));
        try (var files = Files.list(temp)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().matches("ca-.*|.*[.]state")) Files.delete(file);
            }
        }

        var second = open(temp, NAMES);

        assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
        assertThat(Files.readString(temp.resolve("ca.key"))).isEqualTo(key);
        assertThat(CertificateAuthority.readCertificates(temp.resolve("ca.crt")))
                .containsExactly(first.certificate());
    }

    @Test
    void theNextAuthorityIsTrustedBeforeItSignsAndTheOneBeforeUntilItEnds() throws Exception {
        var authority = open(temp, NAMES);
        var old = authority.certificate();

        authority.announce(NOW, NOW);
        var next = authority.trusted().getLast();
        assertThat(authority.trusted()).containsExactly(old, next).doesNotHaveDuplicates();
        assertThat(issued(authority)).satisfies(leaf -> leaf.verify(old.getPublicKey()));
        authority.use(NOW, NOW);
        assertThat(authority.trusted()).containsExactly(next, old);
        assertThat(issued(authority)).satisfies(leaf -> leaf.verify(next.getPublicKey()));
        assertThat(CertificateAuthority.readCertificates(temp.resolve("ca.crt")))
                .containsExactly(next, old);
        authority.retire(NOW, false);

        assertThat(authority.trusted()).containsExactly(next);
        assertThat(open(temp, NAMES).trusted()).containsExactly(next);
        assertThat(next.getSubjectX500Principal()).isNotEqualTo(old.getSubjectX500Principal());
        assertThat(
                        temp.resolve(
                                "ca-"
                                        + CertificateAuthority.fingerprint(old).substring(0, 16)
                                        + ".key"))
                .doesNotExist();
    }

    @Test
    void whoWasToldOfAnyAuthorityOfBeforeFindsTheWayToThePresentOne() throws Exception {
        var authority = open(temp, NAMES);
        var told = new ArrayList<>(List.of(authority.certificate()));
        for (int i = 0; i < 3; i++) {
            authority.announce(NOW, NOW);
            authority.use(NOW, NOW);
            authority.retire(NOW, false);
            told.add(authority.certificate());
        }

        for (String port : List.of("node-port-billing.crt", "node-port-membership.crt")) {
            var chain = CertificateAuthority.readCertificates(temp.resolve(port));
            for (X509Certificate anchor : told) {
                assertThat(chain).contains(anchor);
                checkServer(anchor, chain);
            }
        }
    }

    @Test
    void whatADisownedAuthoritySaidCountsNoMore() throws Exception {
        var authority = open(temp, NAMES);
        var old = authority.certificate();
        authority.announce(NOW, NOW);
        authority.use(NOW, NOW);
        authority.retire(NOW, true);

        var chain = CertificateAuthority.readCertificates(temp.resolve("node-port-billing.crt"));

        assertThat(chain).hasSize(2).doesNotContain(old);
        assertThatThrownBy(() -> checkServer(old, chain)).isInstanceOf(Exception.class);
    }

    @Test
    void stepsOutOfOrderAreRefusedAndChangeNothing() {
        var authority = open(temp, NAMES);
        var list = new AccessListKey(temp, Clock.systemUTC());

        assertThatThrownBy(() -> authority.use(NOW, NOW)).isInstanceOf(StepNotLegal.class);
        assertThatThrownBy(() -> authority.retire(NOW, false)).isInstanceOf(StepNotLegal.class);
        assertThatThrownBy(() -> list.use(NOW, NOW)).isInstanceOf(StepNotLegal.class);
        assertThatThrownBy(() -> list.retire(NOW, false)).isInstanceOf(StepNotLegal.class);
        authority.announce(NOW, NOW);
        list.announce(NOW, NOW);
        assertThatThrownBy(() -> authority.announce(NOW, NOW)).isInstanceOf(StepNotLegal.class);
        assertThatThrownBy(() -> list.announce(NOW, NOW)).isInstanceOf(StepNotLegal.class);

        assertThat(authority.trusted()).hasSize(2);
        assertThat(list.trusted()).hasSize(2);
    }

    @Test
    void anotherReplicaTakesUpWhatThisOneChanged() {
        var here = open(temp, NAMES);
        var there = open(temp, NAMES);
        var listHere = new AccessListKey(temp, Clock.systemUTC());
        var listThere = new AccessListKey(temp, Clock.systemUTC());

        here.announce(NOW, NOW);
        here.use(NOW, NOW);
        listHere.announce(NOW, NOW);
        assertThat(there.refresh()).isTrue();
        listThere.refresh();

        assertThat(there.trusted()).isEqualTo(here.trusted());
        assertThat(there.refresh()).isFalse();
        assertThat(listThere.rotation()).isEqualTo(listHere.rotation());
    }

    @Test
    void theListKeyOfBeforeSpeaksForTheNext() {
        var key = new AccessListKey(temp, Clock.systemUTC());
        byte[] old = key.publicKey();
        String oldId = key.id();

        key.announce(NOW, NOW);
        assertThat(key.sign(new byte[1]).keyId()).isEqualTo(oldId);
        key.use(NOW, NOW);
        assertThat(key.sign(new byte[1]).keyId()).isNotEqualTo(oldId).isEqualTo(key.id());
        key.retire(NOW, false);

        assertThat(key.trusted()).hasSize(1);
        assertThat(key.vouchers()).hasSize(1);
        var voucher = key.vouchers().getFirst();
        assertThat(voucher.by()).isEqualTo(old);
        assertThat(voucher.key().publicKey()).isEqualTo(key.publicKey());
        assertThat(temp.resolve("access-list-" + oldId + ".key")).doesNotExist();
    }

    private static X509Certificate issued(CertificateAuthority authority) {
        return authority.issue(
                new NodeId("ab".repeat(32)), TestAgent.p256().getPublic(), identityKey());
    }

    private static byte[] identityKey() {
        try (var agent = new TestAgent(0, Path.of("none"))) {
            return agent.identityKey();
        }
    }

    private static void checkServer(X509Certificate anchor, List<X509Certificate> chain)
            throws Exception {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("told", anchor);
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(anchors);
        ((X509TrustManager) factory.getTrustManagers()[0])
                .checkServerTrusted(chain.toArray(X509Certificate[]::new), "ECDHE_ECDSA");
    }

    private static CertificateAuthority open(Path directory, Set<String> names) {
        return new CertificateAuthority(directory, directory, names, PUBLIC, Clock.systemUTC());
    }
}
