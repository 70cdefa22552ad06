package org.coopmesh.nodeagent.identity;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Tries whether a node port of the co-op can be reached, and is the co-op's. Changes nothing on either side. */
public final class NodePort {
    private static final int SETTINGS_FRAME = 4;
    private static final int FRAME_HEADER_BYTES = 9;

    private NodePort() {}

    /**
     * Connects, shakes hands as this node, and waits for the first frame of HTTP/2, which a server that refuses the node's
     * certificate does not send.
     *
     * @param target host:port
     * @param identity empty before enrolment
     * @return why it cannot be used; empty where it can
     */
    public static Optional<String> trouble(
            String target,
            String caFingerprint,
            Optional<NodeIdentity> identity,
            Duration patience) {
        int colon = target.lastIndexOf(':');
        String host = target.substring(0, colon).replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(target.substring(colon + 1));
        int millis = Math.toIntExact(patience.toMillis());
        try (Socket plain = new Socket()) {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) return Optional.of("the name is not found: " + host);
            plain.connect(address, millis);
            plain.setSoTimeout(millis);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    identity.map(known -> new KeyManager[] {known.keyManager()}).orElse(null),
                    new TrustManager[] {
                        identity.map(NodeIdentity::trust)
                                .orElseGet(() -> CoopTrust.fingerprint(caFingerprint))
                    },
                    null);
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                parameters.setApplicationProtocols(new String[] {"h2"});
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                return identity.isPresent() ? firstFrame(socket) : Optional.empty();
            }
        } catch (IOException | GeneralSecurityException failed) {
            return Optional.of(Causes.inWords(failed));
        }
    }

    private static Optional<String> firstFrame(SSLSocket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] header = in.readNBytes(FRAME_HEADER_BYTES);
        if (header.length == FRAME_HEADER_BYTES && header[3] == SETTINGS_FRAME) {
            return Optional.empty();
        }
        return Optional.of("it does not speak HTTP/2, or closes on this node's certificate");
    }
}
