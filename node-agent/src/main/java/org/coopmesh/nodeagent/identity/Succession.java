package org.coopmesh.nodeagent.identity;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.coopmesh.contracts.membership.v1.AccessListKey;
import org.coopmesh.contracts.membership.v1.ListKeyVoucher;
import org.coopmesh.contracts.membership.v1.Vouchers;

/**
 * Which keys a node comes to trust: those it trusts, those they speak for, those these speak for, and so on. A server that names
 * a key for which nobody speaks is not believed, whoever it is.
 */
final class Succession {
    private static final byte[] LIST_KEY =
            "coopmesh-list-key-v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final int VOUCHERS_MAX = 16;

    private final Set<PublicKey> authorities = new HashSet<>();
    private final Set<ByteString> listKeys = new HashSet<>();

    /**
     * Follows {@code vouchers} from what is known.
     *
     * @param knownListKeys SubjectPublicKeyInfo, DER, of Ed25519 keys
     */
    Succession(
            Collection<X509Certificate> known,
            Collection<byte[]> knownListKeys,
            Vouchers vouchers) {
        known.forEach(authority -> authorities.add(authority.getPublicKey()));
        knownListKeys.forEach(key -> listKeys.add(ByteString.copyFrom(key)));
        List<X509Certificate> crosses = crosses(vouchers);
        // Each round goes at least one step, so there are no more rounds than steps.
        for (int round = 0; round < VOUCHERS_MAX; round++) {
            crosses.forEach(this::follow);
            vouchers.getListKeysList().stream().limit(VOUCHERS_MAX).forEach(this::follow);
        }
    }

    /** Those of {@code named} that are authorities by their own signature, and that count. */
    List<X509Certificate> of(Collection<X509Certificate> named) {
        return named.stream()
                .filter(authority -> authorities.contains(authority.getPublicKey()))
                .filter(authority -> Enrolled.signed(authority, authority))
                .toList();
    }

    /** Those of {@code named} that count. */
    List<AccessListKey> ofListKeys(Collection<AccessListKey> named) {
        return named.stream().filter(key -> listKeys.contains(key.getPublicKey())).toList();
    }

    private void follow(X509Certificate cross) {
        if (cross.getBasicConstraints() < 0) return;
        for (PublicKey trusted : List.copyOf(authorities)) {
            try {
                cross.verify(trusted);
                authorities.add(cross.getPublicKey());
                return;
            } catch (GeneralSecurityException another) {
                // Perhaps the next one has signed it.
            }
        }
    }

    private void follow(ListKeyVoucher voucher) {
        if (!listKeys.contains(voucher.getBy())) return;
        byte[] key = voucher.getKey().getPublicKey().toByteArray();
        byte[] message = Arrays.copyOf(LIST_KEY, LIST_KEY.length + key.length);
        System.arraycopy(key, 0, message, LIST_KEY.length, key.length);
        try {
            Ed25519Key.read(key);
            if (Ed25519Key.read(voucher.getBy().toByteArray())
                    .signed(message, voucher.getSignature().toByteArray())) {
                listKeys.add(voucher.getKey().getPublicKey());
            }
        } catch (IllegalArgumentException malformed) {
            // Speaks for nobody.
        }
    }

    private static List<X509Certificate> crosses(Vouchers vouchers) {
        List<X509Certificate> crosses = new ArrayList<>();
        for (ByteString der : vouchers.getCrossCertificatesList()) {
            if (crosses.size() == VOUCHERS_MAX) break;
            try {
                crosses.add(
                        (X509Certificate)
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(
                                                new ByteArrayInputStream(der.toByteArray())));
            } catch (CertificateException malformed) {
                // Speaks for nobody.
            }
        }
        return crosses;
    }
}
