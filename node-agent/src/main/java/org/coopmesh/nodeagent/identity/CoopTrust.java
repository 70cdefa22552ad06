package org.coopmesh.nodeagent.identity;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts servers whose chain ends in the co-op's own authority: before enrolment the one with the configured fingerprint,
 * after it those that enrolment gave. No other authority in the world counts.
 */
final class CoopTrust extends X509ExtendedTrustManager {
    private final Authorities authorities;

    /** Which authorities may end the chain at hand. */
    private interface Authorities {
        List<X509Certificate> of(X509Certificate[] chain) throws CertificateException;
    }

    private CoopTrust(Authorities authorities) {
        this.authorities = authorities;
    }

    static CoopTrust fingerprint(String fingerprint) {
        return new CoopTrust(chain -> {
            for (X509Certificate certificate : chain) {
                if (fingerprintOf(certificate).equals(fingerprint)) {
                    return List.of(certificate);
                }
            }
            throw new CertificateException("no authority with the configured fingerprint");
        });
    }

    static CoopTrust authorities(Supplier<List<X509Certificate>> current) {
        return new CoopTrust(chain -> current.get());
    }

    static String fingerprintOf(X509Certificate certificate) throws CertificateException {
        return HexFormat.of().formatHex(NodeKeys.sha256(certificate.getEncoded()));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        validator(chain).checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        validator(chain).checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        validator(chain).checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw new CertificateException("a node serves nobody");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        throw new CertificateException("a node serves nobody");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("a node serves nobody");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private X509ExtendedTrustManager validator(X509Certificate[] chain)
            throws CertificateException {
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            for (X509Certificate authority : authorities.of(chain)) {
                anchors.setCertificateEntry("authority-" + anchors.size(), authority);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(anchors);
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (CertificateException refused) {
            throw refused;
        } catch (GeneralSecurityException | IOException failed) {
            throw new CertificateException("cannot validate the chain", failed);
        }
    }
}
