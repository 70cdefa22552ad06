package org.coopmesh.membership.node;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Which node certificates count no more, for others who check them: RFC 5280, one list for each authority. The node ports do not
 * need it; they ask the register. A list is made when somebody asks and something was revoked since the last one, or half its
 * time is over; the last list of an authority that is retired counts until the authority's own end.
 */
@Service
class RevocationLists {
    static final Duration LIFETIME = Duration.ofDays(7);

    /** Certificates stay on the list this long after their end. */
    private static final Duration LISTED_AFTER_END = LIFETIME.multipliedBy(2);

    private final CertificateAuthority authority;
    private final Revocations revocations;
    private final InstantSource wall = InstantSource.system();

    RevocationLists(CertificateAuthority authority, Revocations revocations) {
        this.authority = authority;
        this.revocations = revocations;
    }

    /**
     * The list of an authority as of now, DER; empty if there is no such authority.
     *
     * @param begin the first 16 hexadecimal digits of its certificate's SHA-256
     */
    @Transactional
    Optional<byte[]> of(String begin) {
        Instant now = now();
        var known = revocations.newest(begin);
        if (known.isPresent() && good(known.get(), now)) {
            return known.map(Revocations.RevocationList::der);
        }
        Optional<String> signing =
                authority.rotation().trusted().stream()
                        .filter(id -> id.startsWith(begin))
                        .findFirst();
        if (signing.isEmpty()) {
            // Retired: its last list says all there is to say.
            return known.map(Revocations.RevocationList::der);
        }
        String id = signing.get();
        revocations.lock(id);
        var meanwhile = revocations.newest(begin);
        if (meanwhile.isPresent() && good(meanwhile.get(), now)) {
            return meanwhile.map(Revocations.RevocationList::der);
        }
        return Optional.of(make(id, now, now.plus(LIFETIME)));
    }

    /** The last list of an authority whose key is about to be destroyed. */
    @Transactional
    void last(String id) {
        revocations.lock(id);
        make(id, now(), authority.endOf(id));
    }

    private byte[] make(String id, Instant now, Instant nextUpdate) {
        revocations.forget(now.minus(LISTED_AFTER_END));
        long before = revocations.newest(id).map(Revocations.RevocationList::number).orElse(0L);
        // The time is larger than any count, so that a database that was set back makes no number
        // twice.
        long number = Math.max(before + 1, now.getEpochSecond());
        byte[] der =
                authority.revocationList(
                        id,
                        number,
                        now,
                        nextUpdate,
                        revocations.revoked(id, now.minus(LISTED_AFTER_END)));
        revocations.save(id, new Revocations.RevocationList(number, now, nextUpdate, der, false));
        return der;
    }

    private static boolean good(Revocations.RevocationList list, Instant now) {
        Duration half = Duration.between(list.madeAt(), list.nextUpdateAt()).dividedBy(2);
        return !list.stale() && now.isBefore(list.madeAt().plus(half));
    }

    private Instant now() {
        return wall.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
