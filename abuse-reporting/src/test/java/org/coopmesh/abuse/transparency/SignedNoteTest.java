package org.coopmesh.abuse.transparency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.coopmesh.abuse.subject.Prefix;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Checkpoints as others write and read them. */
class SignedNoteTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final NoteKey KEY =
            NoteKey.parse(
                    "log.mesh.example.net/moderation+12fc0e79+AW5poXQYdJUcDe5F0N18QPv/veAS3GG0wz5T4VFwsTUa");

    @Test
    void aCheckpointThatAnotherProgramSignedIsReadAndVerified() throws Exception {
        SignedNote note = SignedNote.parse(sample());

        Checkpoint checkpoint = Checkpoint.parse(note.text());

        assertThat(note.isSignedBy(KEY)).isTrue();
        assertThat(checkpoint.origin()).isEqualTo("log.mesh.example.net/moderation");
        assertThat(checkpoint.size()).isEqualTo(8);
        assertThat(checkpoint.root().base64())
                .isEqualTo("XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=");
        assertThat(checkpoint.text()).isEqualTo(note.text());
        assertThat(note.whole()).isEqualTo(sample());
        assertThat(KEY.text()).endsWith("+12fc0e79+AW5poXQYdJUcDe5F0N18QPv/veAS3GG0wz5T4VFwsTUa");
    }

    @Test
    void aForgedCheckpointIsNotSigned() throws Exception {
        String larger = sample().replace("\n8\n", "\n9\n");

        assertThat(SignedNote.parse(larger).isSignedBy(KEY)).isFalse();
    }

    @Test
    void aSignatureOfAnotherKeyOfThatNameIsNotTaken() throws Exception {
        NoteKey other = NoteKey.of(KEY.name(), NoteKey.ED25519, new byte[32]);

        assertThat(SignedNote.parse(sample()).isSignedBy(other)).isFalse();
    }

    @Test
    void aWitnessSignsCheckpointAndTime() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] info = pair.getPublic().getEncoded();
        byte[] raw = Arrays.copyOfRange(info, info.length - 32, info.length);
        NoteKey witness = NoteKey.of("node.example", NoteKey.COSIGNATURE, raw);
        Instant seen = Instant.ofEpochSecond(1_679_315_147);
        SignedNote note = SignedNote.parse(sample());
        byte[] signature = sign(pair, SignedNote.cosigned(note.text(), seen.getEpochSecond()));

        var cosigned =
                new SignedNote(note.text(), List.of(SignedNote.Line.of(witness, seen, signature)));
        var later =
                new SignedNote(
                        note.text(),
                        List.of(SignedNote.Line.of(witness, seen.plusSeconds(1), signature)));

        assertThat(SignedNote.parse(cosigned.whole()).cosignedBy(witness)).contains(seen);
        assertThat(later.cosignedBy(witness)).isEmpty();
        assertThat(cosigned.isSignedBy(KEY)).isFalse();
        assertThat(new String(SignedNote.cosigned(note.text(), 5), StandardCharsets.UTF_8))
                .startsWith("cosignature/v1\ntime 5\nlog.mesh.example.net/moderation\n8\n");
    }

    @Test
    void whatIsNoNoteIsRefused() {
        for (String wrong :
                List.of(
                        "",
                        "a\n",
                        "a\n\n",
                        "a\n\n- name AAAAAAAA\n",
                        "a\n\n— name\n",
                        "a\n\n— name AA==\n",
                        "a\n\n— name !\n",
                        "a\n\n— name AAAAAAAA")) {
            assertThatIllegalArgumentException()
                    .as(wrong)
                    .isThrownBy(() -> SignedNote.parse(wrong));
        }
        for (String wrong :
                List.of(
                        "o\n08\nAA==\n",
                        "o\n-1\nAA==\n",
                        "o\n1\nAA==\n",
                        "o\n1\n",
                        "\n1\nAA==\n")) {
            assertThatIllegalArgumentException()
                    .as(wrong)
                    .isThrownBy(() -> Checkpoint.parse(wrong));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NoteKey.parse(KEY.text().replace("12fc", "12fd")));
    }

    /** A list in an envelope (DSSE) that the same key signed: whose key it is, its number says. */
    @Test
    void whatTheKeySignedElsewhereIsItsToo() throws Exception {
        JsonNode envelope = json("/tlog/synthetic-signed-banlist.json");
        byte[] payload = Base64.getDecoder().decode(envelope.path("payload").asString());
        String type = envelope.path("payloadType").asString();
        JsonNode signature = envelope.path("signatures").path(0);
        byte[] head =
                "DSSEv1 %d %s %d "
                        .formatted(type.length(), type, payload.length)
                        .getBytes(StandardCharsets.UTF_8);
        byte[] signed = Arrays.copyOf(head, head.length + payload.length);
        System.arraycopy(payload, 0, signed, head.length, payload.length);

        assertThat(KEY.text()).contains("+" + signature.path("keyid").asString() + "+");
        assertThat(
                        KEY.verifies(
                                signed,
                                Base64.getDecoder().decode(signature.path("sig").asString())))
                .isTrue();
        JsonNode list = JSON.readTree(payload);
        assertThat(list.path("entries").valueStream().map(one -> one.path("cidr").asString()))
                .allSatisfy(cidr -> assertThat(Prefix.parse(cidr)).hasToString(cidr));
        assertThat(Instant.parse(list.path("not_after").asString()))
                .isAfter(Instant.parse(list.path("not_before").asString()));
    }

    @Test
    void theSamplesKeyIsTheOneThatItNames() throws Exception {
        JsonNode meta = json("/tlog/synthetic-checkpoint.meta.json");

        assertThat(NoteKey.parse(meta.path("vkey").asString()).text()).isEqualTo(KEY.text());
        assertThat(
                        SignedNote.parse(sample())
                                .isSignedBy(NoteKey.parse(meta.path("vkey").asString())))
                .isTrue();
    }

    private static JsonNode json(String name) throws IOException {
        try (InputStream file = SignedNoteTest.class.getResourceAsStream(name)) {
            return JSON.readTree(file);
        }
    }

    private static byte[] sign(KeyPair pair, byte[] message) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(message);
        return signer.sign();
    }

    private static String sample() throws IOException {
        try (InputStream file =
                SignedNoteTest.class.getResourceAsStream("/tlog/synthetic-checkpoint.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
