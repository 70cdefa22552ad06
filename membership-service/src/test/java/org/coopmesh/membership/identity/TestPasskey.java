package org.coopmesh.membership.identity;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A device that makes one passkey and proves it (WebAuthn level 3: ES256, no attestation). */
final class TestPasskey {
    private static final int PRESENT_AND_VERIFIED = 0x05;
    private static final int WITH_KEY = 0x40;
    private static final JsonMapper JSON = new JsonMapper();

    private final KeyPair key;
    private final byte[] id = new byte[32];
    private final byte[] handle;
    private final String host;
    String origin;
    int counter = 1;
    int flags = PRESENT_AND_VERIFIED;

    /** Answers an offer of {@code origin}. */
    TestPasskey(JsonNode offer, String origin) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        key = generator.generateKeyPair();
        new SecureRandom().nextBytes(id);
        handle = Base64.getUrlDecoder().decode(offer.at("/user/id").asString());
        host = offer.at("/rp/id").asString();
        this.origin = origin;
    }

    /** What the browser sends about a new key. */
    String made(JsonNode offer, String label) throws Exception {
        var point = ((ECPublicKey) key.getPublic()).getW();
        var cose = new ByteArrayOutputStream();
        cose.write(new byte[] {(byte) 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20});
        cose.write(fixed(point.getAffineX()));
        cose.write(new byte[] {0x22, 0x58, 0x20});
        cose.write(fixed(point.getAffineY()));
        var data = new ByteArrayOutputStream();
        data.write(authenticatorData(flags | WITH_KEY));
        data.write(new byte[16]);
        data.write(ByteBuffer.allocate(2).putShort((short) id.length).array());
        data.write(id);
        data.write(cose.toByteArray());
        var attestation = new ByteArrayOutputStream();
        attestation.write(0xa3);
        attestation.write("cfmtdnonegattStmt".getBytes(StandardCharsets.US_ASCII));
        attestation.write(0xa0);
        attestation.write("hauthData".getBytes(StandardCharsets.US_ASCII));
        attestation.write(0x58);
        attestation.write(data.size());
        attestation.write(data.toByteArray());
        var sent = JSON.createObjectNode();
        sent.put("label", label);
        var credential = sent.putObject("credential");
        named(credential);
        credential
                .putObject("response")
                .put("attestationObject", text(attestation.toByteArray()))
                .put("clientDataJSON", text(clientData("webauthn.create", offer)));
        return sent.toString();
    }

    /** What the browser sends to sign in. */
    String proof(JsonNode asked) throws Exception {
        byte[] data = authenticatorData(flags);
        byte[] client = clientData("webauthn.get", asked);
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key.getPrivate());
        signature.update(data);
        signature.update(sha256(client));
        var sent = JSON.createObjectNode();
        named(sent);
        sent.putObject("response")
                .put("authenticatorData", text(data))
                .put("clientDataJSON", text(client))
                .put("signature", text(signature.sign()))
                .put("userHandle", text(handle));
        return sent.toString();
    }

    private void named(tools.jackson.databind.node.ObjectNode credential) {
        credential.put("id", text(id)).put("rawId", text(id)).put("type", "public-key");
        credential.putObject("clientExtensionResults");
    }

    private byte[] authenticatorData(int withFlags) throws Exception {
        return ByteBuffer.allocate(37)
                .put(sha256(host.getBytes(StandardCharsets.UTF_8)))
                .put((byte) withFlags)
                .putInt(counter++)
                .array();
    }

    private byte[] clientData(String type, JsonNode asked) {
        return JSON.createObjectNode()
                .put("type", type)
                .put("challenge", asked.path("challenge").asString())
                .put("origin", origin)
                .put("crossOrigin", false)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private static byte[] fixed(BigInteger coordinate) {
        byte[] bytes = coordinate.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(bytes.length, fixed.length);
        System.arraycopy(bytes, bytes.length - length, fixed, fixed.length - length, length);
        return fixed;
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
