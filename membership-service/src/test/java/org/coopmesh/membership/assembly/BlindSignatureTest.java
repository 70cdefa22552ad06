package org.coopmesh.membership.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Held to the vector of RFC 9474, appendix A.1 (RSABSSA-SHA384-PSS-Randomized). */
class BlindSignatureTest {
    private static final ProposalId VOTE = ProposalId.next();

    @TempDir java.nio.file.Path folder;

    @Test
    void whatIsSignedIsWhatTheStandardSays() throws Exception {
        Map<String, byte[]> vector = vector();
        BigInteger p = integer(vector, "p");
        BigInteger q = integer(vector, "q");
        BigInteger d = integer(vector, "d");
        var secret =
                new RSAPrivateCrtKeyParameters(
                        integer(vector, "n"),
                        integer(vector, "e"),
                        d,
                        p,
                        q,
                        d.mod(p.subtract(BigInteger.ONE)),
                        d.mod(q.subtract(BigInteger.ONE)),
                        q.modInverse(p));

        byte[] signature = BallotKeys.blindSign(secret, vector.get("blinded_msg"));

        assertThat(signature).isEqualTo(vector.get("blind_sig"));
        var check = Signature.getInstance("RSASSA-PSS");
        check.setParameter(
                new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1));
        check.initVerify(
                KeyFactory.getInstance("RSA")
                        .generatePublic(
                                new RSAPublicKeySpec(integer(vector, "n"), integer(vector, "e"))));
        check.update(vector.get("input_msg"));
        assertThat(check.verify(vector.get("sig"))).isTrue();
    }

    @Test
    void aBallotThatWasSignedFoldedIsGoodOpenAndOnlyAsItIs() {
        var keys = new BallotKeys(folder);
        BallotKey key = keys.open(VOTE);
        var voter = new Voter(key.encoded(), VOTE, Choice.YES);
        byte[] folded = Base64.getDecoder().decode(voter.folded());

        Ballot ballot =
                voter.ballot(Base64.getEncoder().encodeToString(keys.sign(VOTE, key, folded)));

        assertThat(key.signed(VOTE, ballot)).isTrue();
        assertThat(key.signed(VOTE, new Ballot(ballot.nonce(), Choice.NO, ballot.signature())))
                .isFalse();
        assertThat(key.signed(VOTE, new Ballot("0".repeat(64), Choice.YES, ballot.signature())))
                .isFalse();
        assertThat(key.signed(ProposalId.next(), ballot)).isFalse();
        assertThat(BallotKey.of(keys.open(ProposalId.next()).encoded()).signed(VOTE, ballot))
                .isFalse();
    }

    @Test
    void aKeyStaysTheSameUntilItIsForgotten() {
        var keys = new BallotKeys(folder);
        String key = keys.open(VOTE).encoded();

        assertThat(new BallotKeys(folder).open(VOTE).encoded()).isEqualTo(key);
        assertThat(keys.all()).containsExactly(VOTE);
        keys.forget(VOTE);
        assertThat(keys.all()).isEmpty();
    }

    private static BigInteger integer(Map<String, byte[]> vector, String name) {
        return new BigInteger(1, vector.get(name));
    }

    private static Map<String, byte[]> vector() throws IOException {
        var vector = new HashMap<String, byte[]>();
        try (var in = BlindSignatureTest.class.getResourceAsStream("/rfc9474/randomized.txt")) {
            new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(line -> line.split(" "))
                    .forEach(words -> vector.put(words[0], HexFormat.of().parseHex(words[1])));
        }
        return vector;
    }
}
