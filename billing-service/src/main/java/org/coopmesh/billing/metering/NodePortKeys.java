package org.coopmesh.billing.metering;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The node port's key, its certificate, and the CA that node certificates must be of. membership-service makes the
 * files, perhaps after this service has started; until they are there every handshake fails and nodes try again. Changed
 * files count from the next handshake on. Certificates are judged by the system's clock.
 */
@Component
class NodePortKeys {
    private static final Logger log = LoggerFactory.getLogger(NodePortKeys.class);

    private final Path key;
    private final Path certificate;
    private final Path authority;
    private final LatestKeys.Key keyManager = new LatestKeys.Key();
    private final LatestKeys.Trust trustManager = new LatestKeys.Trust();
    private volatile List<X509Certificate> authorities = List.of();
    private @Nullable List<FileTime> loaded;

    NodePortKeys(@Value("${coopmesh.keys-dir}") Path directory) {
        key = directory.resolve("node-port-billing.key");
        certificate = directory.resolve("node-port-billing.crt");
        authority = directory.resolve("ca.crt");
        load();
    }

    LatestKeys.Key keyManager() {
        return keyManager;
    }

    /** The authorities whose nodes may call, none until the files are there. */
    List<X509Certificate> authorities() {
        return authorities;
    }

    LatestKeys.Trust trustManager() {
        return trustManager;
    }

    /** Loads the files where they are new or have changed; half-written ones are tried again. */
    @Scheduled(fixedDelayString = "${coopmesh.metering.keys-interval:PT5S}")
    final synchronized void load() {
        if (!Files.exists(key) || !Files.exists(certificate) || !Files.exists(authority)) {
            log.atWarn()
                    .addKeyValue("key", key)
                    .addKeyValue("certificate", certificate)
                    .addKeyValue("authority", authority)
                    .log("node port waits for its key and certificates");
            return;
        }
        try {
            List<FileTime> current =
                    List.of(
                            Files.getLastModifiedTime(key),
                            Files.getLastModifiedTime(certificate),
                            Files.getLastModifiedTime(authority));
            if (current.equals(loaded)) return;
            keyManager.replace(privateKey(key), certificates(certificate));
            X509Certificate[] trusted = certificates(authority);
            trustManager.replace(trusted);
            authorities = List.of(trusted);
            loaded = current;
            log.atInfo().addKeyValue("certificate", certificate).log("node port has its keys");
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            log.atWarn()
                    .addKeyValue("certificate", certificate)
                    .setCause(e)
                    .log("node port cannot read its keys yet, goes on as before");
        }
    }

    private static X509Certificate[] certificates(Path file)
            throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        try (var reader = new PEMParser(Files.newBufferedReader(file))) {
            var converter = new JcaPEMKeyConverter();
            for (Object part = reader.readObject(); part != null; part = reader.readObject()) {
                if (part instanceof PrivateKeyInfo info) return converter.getPrivateKey(info);
                if (part instanceof PEMKeyPair pair) return converter.getKeyPair(pair).getPrivate();
            }
        }
        throw new IOException("no private key in " + file);
    }
}
