package org.coopmesh.membership.assembly;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.coopmesh.membership.identity.KeyFile;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The private keys of votes that are coming or open, one file each. A key signs ballots of its vote and nothing else, and its file is
 * gone once the vote is counted: from then on nobody can make a ballot.
 */
@Component
class BallotKeys {
    private static final Pattern FILE = Pattern.compile("ballot-([0-9a-f-]{36})\\.key");

    private final Path directory;

    BallotKeys(@Value("${coopmesh.keys-dir}") Path directory) {
        this.directory = directory;
    }

    /** The public key of a vote, which is made if there is none. */
    BallotKey open(ProposalId proposal) {
        RSAPrivateCrtKey key = read(proposal);
        try {
            return BallotKey.of(
                    (RSAPublicKey)
                            KeyFactory.getInstance("RSA")
                                    .generatePublic(
                                            new RSAPublicKeySpec(
                                                    key.getModulus(), key.getPublicExponent())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no RSA here", e);
        }
    }

    /**
     * Signs a folded paper: BlindSign of RFC 9474. The same paper always gets the same signature.
     *
     * @param folded fits {@code key}
     * @throws IllegalStateException if the vote's key is not in this replica's folder
     */
    byte[] sign(ProposalId proposal, BallotKey key, byte[] folded) {
        if (!Files.exists(directory.resolve(file(proposal))))
            throw new IllegalStateException("the key of the vote is not here: " + proposal);
        RSAPrivateCrtKey secret = read(proposal);
        if (!secret.getModulus().equals(key.key().getModulus()))
            throw new IllegalStateException("another key than that of the vote: " + proposal);
        return blindSign(
                new RSAPrivateCrtKeyParameters(
                        secret.getModulus(),
                        secret.getPublicExponent(),
                        secret.getPrivateExponent(),
                        secret.getPrimeP(),
                        secret.getPrimeQ(),
                        secret.getPrimeExponentP(),
                        secret.getPrimeExponentQ(),
                        secret.getCrtCoefficient()),
                folded);
    }

    /** As long as what is signed. */
    static byte[] blindSign(RSAPrivateCrtKeyParameters secret, byte[] folded) {
        var engine = new RSABlindedEngine(); // Random against timing; checks what it signed.
        engine.init(true, secret);
        byte[] signature = engine.processBlock(folded, 0, folded.length);
        byte[] whole = new byte[folded.length];
        System.arraycopy(signature, 0, whole, whole.length - signature.length, signature.length);
        return whole;
    }

    /** Votes that have a key here. */
    List<ProposalId> all() {
        if (!Files.isDirectory(directory)) return List.of();
        var found = new ArrayList<ProposalId>();
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> {
                var name = FILE.matcher(file.getFileName().toString());
                if (name.matches()) found.add(new ProposalId(UUID.fromString(name.group(1))));
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Takes the key of a vote away for good; without one it does nothing. */
    void forget(ProposalId proposal) {
        try {
            Files.deleteIfExists(directory.resolve(file(proposal)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RSAPrivateCrtKey read(ProposalId proposal) {
        String text = KeyFile.read(directory, file(proposal), BallotKeys::made);
        try {
            return (RSAPrivateCrtKey)
                    KeyFactory.getInstance("RSA")
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(
                                            Base64.getDecoder().decode(text.strip())));
        } catch (GeneralSecurityException | ClassCastException | IllegalArgumentException e) {
            throw new IllegalStateException("no RSA key in " + file(proposal), e);
        }
    }

    private static String file(ProposalId proposal) {
        return "ballot-" + proposal + ".key";
    }

    private static String made() {
        try {
            var maker = KeyPairGenerator.getInstance("RSA");
            maker.initialize(new RSAKeyGenParameterSpec(BallotKey.BITS, RSAKeyGenParameterSpec.F4));
            return Base64.getEncoder()
                    .encodeToString(maker.generateKeyPair().getPrivate().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make RSA keys here", e);
        }
    }
}
