package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
    private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "fd42::1");

    @TempDir private Path temp;

    @Test
    void theFirstStartMakesKeysThatOnlyTheirOwnerReads() throws Exception {
        Path keys = temp.resolve("keys");

        open(keys, NAMES);
        new AccessListKey(keys);

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
        String listKey = new AccessListKey(temp).id();

        var second = open(temp, NAMES);

        assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
        assertThat(Files.readString(temp.resolve("node-port-billing.crt"))).isEqualTo(port);
        assertThat(new AccessListKey(temp).id()).isEqualTo(listKey);
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

        new CertificateAuthority(keys, billing, NAMES, Clock.systemUTC());

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
                Clock.offset(Clock.systemUTC(), Duration.ofDays(368)));
        String renewed = Files.readString(temp.resolve("node-port-membership.crt"));

        assertThat(renamed).isNotEqualTo(before);
        assertThat(renewed).isNotEqualTo(renamed);
    }

    private static CertificateAuthority open(Path directory, Set<String> names) {
        return new CertificateAuthority(directory, directory, names, Clock.systemUTC());
    }
}
