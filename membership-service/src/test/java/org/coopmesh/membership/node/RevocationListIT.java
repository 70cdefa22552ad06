package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLReason;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;

class RevocationListIT extends NetworkedService {
    private static final String CRL_NUMBER = "2.5.29.20";

    @Autowired private CertificateAuthority authority;
    @Autowired private KeyRotation rotation;
    @Autowired private KeyUpkeep upkeep;

    @Test
    void whoeverAsksLearnsWhichCertificatesCountNoMore() throws Exception {
        Registered stolen = register(person());
        Registered worn = register(person());
        Registered good = register(person());
        try (var first = agent();
                var second = agent();
                var third = agent()) {
            first.enrol(stolen.code());
            X509Certificate earlier = first.certificate();
            first.renewAndTake();
            second.enrol(worn.code());
            third.enrol(good.code());
            X509CRL before = list(authority.fingerprint());
            end(stolen, "revoke");
            end(worn, "retire");

            X509CRL after = list(authority.fingerprint());

            after.verify(authority.certificate().getPublicKey());
            assertThat(number(after)).isGreaterThan(number(before));
            assertThat(after.isRevoked(third.certificate())).isFalse();
            for (X509Certificate certificate :
                    new X509Certificate[] {earlier, first.certificate()}) {
                assertThat(before.isRevoked(certificate)).isFalse();
                assertThat(after.getRevokedCertificate(certificate).getRevocationReason())
                        .isEqualTo(CRLReason.KEY_COMPROMISE);
            }
            assertThat(after.getRevokedCertificate(second.certificate()).getRevocationReason())
                    .isEqualTo(CRLReason.CESSATION_OF_OPERATION);
            assertThat(after.getIssuerX500Principal())
                    .isEqualTo(authority.certificate().getSubjectX500Principal());
            assertThat(Duration.between(Instant.now(), after.getNextUpdate().toInstant()))
                    .isBetween(Duration.ofDays(6), Duration.ofDays(7));
            assertThat(number(list(authority.fingerprint())))
                    .as("nothing was revoked since")
                    .isEqualTo(number(after));
        }
    }

    @Test
    void aCertificateSaysWhereTheListIs() throws Exception {
        Registered node = register(person());
        try (var agent = agent()) {
            agent.enrol(node.code());

            assertThat(agent.certificate().getExtensionValue("2.5.29.31"))
                    .asString(StandardCharsets.ISO_8859_1)
                    .contains(
                            "http://localhost:8080/api/coop/ca/"
                                    + authority.fingerprint().substring(0, 16)
                                    + ".crl");
        }
    }

    @Test
    void aDatabaseThatWasSetBackMakesNoNumberTwice() throws Exception {
        X509CRL before = list(authority.fingerprint());
        db.sql("delete from revocation_list").update();

        assertThat(number(list(authority.fingerprint()))).isGreaterThanOrEqualTo(number(before));
    }

    @Test
    void halfItsTimeOverAListIsMadeAnew() throws Exception {
        X509CRL before = list(authority.fingerprint());
        db.sql("update revocation_list set made_at = made_at - interval '8 days'").update();

        assertThat(number(list(authority.fingerprint()))).isGreaterThan(number(before));
    }

    @Test
    void theLastListOfARetiredAuthorityCountsUntilItsEnd() throws Exception {
        Registered node = register(person());
        try (var agent = agent()) {
            agent.enrol(node.code());
            X509Certificate old = authority.certificate();
            String id = authority.fingerprint();
            rotation.announce(KeyKind.AUTHORITY, "test", null);
            rotation.use(KeyKind.AUTHORITY, true, "test", null);
            end(node, "revoke");
            rotation.retire(KeyKind.AUTHORITY, true, false, "test", null);
            upkeep.takeUp();

            X509CRL last = list(id);

            last.verify(old.getPublicKey());
            assertThat(last.isRevoked(agent.certificate())).isTrue();
            assertThat(last.getNextUpdate().toInstant()).isEqualTo(old.getNotAfter().toInstant());
            assertThat(list(authority.fingerprint()).getRevokedCertificates()).isNull();
        }
    }

    @Test
    void listAndAuthoritiesAreThereInPemToo() throws Exception {
        String begin = authority.fingerprint().substring(0, 16);

        String crl = text("/api/coop/ca/" + begin + ".crl.pem");
        String certificates = text("/api/coop/ca/certificates.pem");

        assertThat(
                        CertificateFactory.getInstance("X.509")
                                .generateCRL(
                                        new ByteArrayInputStream(
                                                crl.getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(list(authority.fingerprint()));
        assertThat(certificates).isEqualTo(CertificateAuthority.pem(authority.trusted()));
        http.perform(get("/api/coop/ca/{id}.crl", "0".repeat(16))).andExpect(status().isNotFound());
        http.perform(get("/api/coop/ca/{id}.crl", "xyz")).andExpect(status().isNotFound());
    }

    private void end(Registered node, String how) throws Exception {
        http.perform(
                        post("/api/nodes/{id}/{how}", node.id(), how)
                                .with(caller(board, "network"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"reason\": \"over\"}"))
                .andExpect(status().isNoContent());
    }

    private String text(String path) throws Exception {
        return http.perform(get(path))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString();
    }

    /** As a stranger gets it. */
    private X509CRL list(String fingerprint) throws Exception {
        byte[] der =
                http.perform(get("/api/coop/ca/{id}.crl", fingerprint.substring(0, 16)))
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsByteArray();
        return (X509CRL)
                CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    }

    private static BigInteger number(X509CRL list) {
        return ASN1Integer.getInstance(
                        ASN1OctetString.getInstance(list.getExtensionValue(CRL_NUMBER)).getOctets())
                .getValue();
    }
}
