package org.coopmesh.billing.metering;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Key and trust managers of JSSE whose content can be replaced while a server runs. Empty until it is given. */
final class LatestKeys {
    private LatestKeys() {}

    /** The server's key, as last given. */
    static final class Key extends X509ExtendedKeyManager {
        private static final String ALIAS = "node-port";
        private volatile @Nullable X509ExtendedKeyManager latest;

        void replace(PrivateKey key, X509Certificate[] chain)
                throws GeneralSecurityException, IOException {
            var password = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ALIAS, key, password, chain);
            var factory = KeyManagerFactory.getInstance("SunX509");
            factory.init(store, password);
            latest = (X509ExtendedKeyManager) factory.getKeyManagers()[0];
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            X509ExtendedKeyManager keys = latest;
            return keys == null ? null : keys.chooseEngineServerAlias(keyType, issuers, engine);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, Socket socket) {
            X509ExtendedKeyManager keys = latest;
            return keys == null ? null : keys.chooseServerAlias(keyType, issuers, socket);
        }

        @Override
        public String @Nullable [] getServerAliases(
                String keyType, Principal @Nullable [] issuers) {
            X509ExtendedKeyManager keys = latest;
            return keys == null ? null : keys.getServerAliases(keyType, issuers);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            X509ExtendedKeyManager keys = latest;
            return keys == null ? null : keys.getCertificateChain(alias);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            X509ExtendedKeyManager keys = latest;
            return keys == null ? null : keys.getPrivateKey(alias);
        }

        @Override
        public String @Nullable [] getClientAliases(
                String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyType, Principal @Nullable [] issuers, Socket socket) {
            return null;
        }
    }

    /** The authorities that callers' certificates must be of, as last given. */
    static final class Trust extends X509ExtendedTrustManager {
        private volatile @Nullable X509ExtendedTrustManager latest;

        void replace(X509Certificate[] authorities) throws GeneralSecurityException, IOException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < authorities.length; i++) {
                store.setCertificateEntry("authority-" + i, authorities[i]);
            }
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            latest = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        }

        private X509ExtendedTrustManager given() throws CertificateException {
            X509ExtendedTrustManager trust = latest;
            if (trust == null) throw new CertificateException("no authority is known yet");
            return trust;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            given().checkClientTrusted(chain, type, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            given().checkClientTrusted(chain, type, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            given().checkClientTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("this port calls nobody");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("this port calls nobody");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw new CertificateException("this port calls nobody");
        }

        /** None is named to who calls: what is named is fixed when the port opens, and a node of a newer authority would not show its certificate. */
        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
