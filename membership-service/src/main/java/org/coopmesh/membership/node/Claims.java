package org.coopmesh.membership.node;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.SiteId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Boxes that are made ready before anybody owns them. The code on the sticker lets nobody in until a member has claimed the box
 * with it; then the same code lets the box in as that member's node. A box is claimed once.
 */
@Service
class Claims {
    private static final Logger log = LoggerFactory.getLogger(Claims.class);

    /** A sticker is good for this long. */
    static final Duration WAITS = Duration.ofDays(365);

    private static final int SHOWN_MAX = 200;

    private final PreparedNodes prepared;
    private final NodeRegister register;
    private final GuessLimit guesses;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    Claims(PreparedNodes prepared, NodeRegister register, GuessLimit guesses, Clock clock) {
        this.prepared = prepared;
        this.register = register;
        this.guesses = guesses;
        this.clock = clock;
    }

    /** A box and the code for its sticker, readable this once. */
    record Sticker(PreparedNodes.Prepared box, EnrolmentCode code) {}

    /** Makes a box ready. */
    @Transactional
    Sticker prepare(String name, boolean gateway, MemberId by) {
        Instant now = now();
        var code = EnrolmentCode.random(random);
        var box =
                new PreparedNodes.Prepared(
                        UUID.randomUUID(), name, gateway, by, now, now.plus(WAITS), null);
        prepared.insert(box, code);
        return new Sticker(box, code);
    }

    /**
     * Makes the box with this code the member's node, at one of their sites.
     *
     * @throws TooManyGuesses if the member tried too many codes that are on no box
     * @throws NotClaimable if the code is on no box, was used before, or is too old
     * @throws PlaceUnknown as {@link NodeRegister#register}
     */
    @Transactional(noRollbackFor = NotClaimable.class)
    NodeRecordId claim(EnrolmentCode code, MemberId by, SiteId site) {
        String guesser = "member " + by;
        if (guesses.tooMany(guesser)) {
            throw new TooManyGuesses();
        }
        Instant now = now();
        var box = prepared.lock(code);
        if (box.isEmpty()) {
            guesses.wrong(guesser);
            throw new NotClaimable("no box has this code");
        }
        PreparedNodes.Prepared found = box.get();
        if (found.node() != null) {
            throw new NotClaimable("this box was claimed before");
        }
        if (!now.isBefore(found.expiresAt())) {
            throw new NotClaimable(
                    "the code on this box is too old: ask who made it ready for another");
        }
        NodeRecordId node = register.claimed(code, by, site, found.name(), found.gateway());
        prepared.claim(found.id(), by, now, node);
        log.atInfo().addKeyValue("node", node).addKeyValue("by", by).log("box claimed");
        return node;
    }

    @Transactional(readOnly = true)
    List<PreparedNodes.Prepared> boxes() {
        return prepared.newest(SHOWN_MAX);
    }

    /**
     * Takes a box back: its code is void.
     *
     * @throws NotClaimable if there is no such box, or somebody has claimed it
     */
    @Transactional
    void withdraw(UUID box) {
        if (!prepared.delete(box)) {
            throw new NotClaimable("no box of this id waits for an owner");
        }
    }

    /** Whole microseconds: what the database keeps. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** The code makes nobody an owner. */
    static final class NotClaimable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotClaimable(String message) {
            super(message);
        }
    }

    /** Somebody tries codes. */
    static final class TooManyGuesses extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyGuesses() {
            super("too many codes that are on no box; wait ten minutes");
        }
    }
}
