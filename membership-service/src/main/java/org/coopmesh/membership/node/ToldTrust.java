package org.coopmesh.membership.node;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trusts whom {@code judge} trusts, and writes down whose certificate was refused: that of another co-op, of an authority that ended,
 * or one that has run out. At most one a second; how many there were besides is told with the next.
 */
final class ToldTrust extends X509ExtendedTrustManager {
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(ToldTrust.class);

    private final X509ExtendedTrustManager judge;
    private final Clock clock;
    private Instant told = Instant.EPOCH;
    private int untold;

    ToldTrust(X509ExtendedTrustManager judge, Clock clock) {
        this.judge = judge;
        this.clock = clock;
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private void check(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException refused) {
            tell(chain, refused);
            throw refused;
        }
    }

    private synchronized void tell(X509Certificate[] chain, CertificateException refused) {
        Instant now = clock.instant();
        if (now.isBefore(told.plus(BETWEEN))) {
            untold++;
            return;
        }
        log.atWarn()
                .addKeyValue("subject", chain.length == 0 ? "" : chain[0].getSubjectX500Principal())
                .addKeyValue("issuer", chain.length == 0 ? "" : chain[0].getIssuerX500Principal())
                .addKeyValue("why", refused.getMessage())
                .addKeyValue("besides", untold)
                .log("certificate refused");
        told = now;
        untold = 0;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain, () -> judge.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain, () -> judge.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain, () -> judge.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        judge.checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        judge.checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        judge.checkServerTrusted(chain, type);
    }

    /** None is named to who calls: what is named is fixed when the port opens, and a node of a newer authority would not show its certificate. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
