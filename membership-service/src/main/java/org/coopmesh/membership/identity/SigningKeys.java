package org.coopmesh.membership.identity;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that tokens are checked by, and the one of them that signs. A key that is old makes way for another while everybody stays
 * signed in, whatever replica they meet: the next is told before it signs, the one before counts until nothing that it signed does.
 *
 * <pre>
 * sign-in.jwk  ── older than keyFor ──▶  + sign-in-next.jwk  ── TOLD_FOR ──▶  next signs, + sign-in-before.jwk  ── COUNTS_FOR ──▶  sign-in.jwk
 * </pre>
 *
 * <p>How old a key is, its file says: whoever wants another now makes the file old ({@code touch -d 2000-01-01}).
 */
final class SigningKeys implements JWKSource<SecurityContext> {
    /** Longer than services keep the keys that they asked for, and than replicas go without looking here. */
    static final Duration TOLD_FOR = Duration.ofMinutes(10);

    /** Longer than any token is believed by its signature. */
    static final Duration COUNTS_FOR = Duration.ofDays(1);

    /** Between two looks at the folder. */
    static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private static final String NEXT = "sign-in-next.jwk";
    private static final String BEFORE = "sign-in-before.jwk";
    private static final String LOCK = "sign-in.lock";
    private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);

    private final Path directory;
    private final Duration keyFor;
    private final InstantSource wall;
    private volatile Known known;

    /** What was in the folder. */
    private record Known(RSAKey signs, JWKSet counting, Instant at) {}

    /** @param keyFor how long a key signs before another takes its place */
    SigningKeys(Path directory, Duration keyFor, InstantSource wall) {
        this.directory = directory;
        this.keyFor = keyFor;
        this.wall = wall;
        this.known = look();
    }

    /** The key that signs now. */
    RSAKey signs() {
        return newest().signs;
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) {
        return selector.select(newest().counting);
    }

    private Known newest() {
        if (wall.instant().isBefore(known.at.plus(LOOK_EVERY))) return known;
        synchronized (this) {
            if (!wall.instant().isBefore(known.at.plus(LOOK_EVERY))) known = look();
            return known;
        }
    }

    /** The next is read first: whatever step another replica takes meanwhile, the key that signs then is among those read. */
    private Known look() {
        SigningKey.in(directory);
        step();
        var counting = new ArrayList<JWK>();
        SigningKey.read(directory, NEXT).ifPresent(counting::add);
        RSAKey signs = SigningKey.in(directory);
        counting.add(signs);
        SigningKey.read(directory, BEFORE).ifPresent(counting::add);
        var once = counting.stream().distinct().toList();
        return new Known(signs, new JWKSet(once), wall.instant());
    }

    /** Takes the step that is due, if one is; of several replicas one does. */
    private void step() {
        if (due().isEmpty()) return;
        try (FileChannel lock =
                        FileChannel.open(
                                directory.resolve(LOCK),
                                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rw-------")));
                var held = lock.tryLock()) {
            Optional<Step> due = held == null ? Optional.empty() : due();
            if (due.isEmpty()) return;
            switch (due.get()) {
                case TELL -> {
                    SigningKey.made(directory, NEXT);
                    aged(NEXT);
                }
                case USE -> {
                    Path copy = directory.resolve(BEFORE + ".new");
                    Files.copy(
                            directory.resolve(SigningKey.FILE),
                            copy,
                            StandardCopyOption.REPLACE_EXISTING,
                            StandardCopyOption.COPY_ATTRIBUTES);
                    Files.move(copy, directory.resolve(BEFORE), StandardCopyOption.ATOMIC_MOVE);
                    aged(BEFORE);
                    aged(NEXT);
                    Files.move(
                            directory.resolve(NEXT),
                            directory.resolve(SigningKey.FILE),
                            StandardCopyOption.ATOMIC_MOVE);
                }
                case FORGET -> Files.deleteIfExists(directory.resolve(BEFORE));
            }
            log.atInfo().addKeyValue("step", due.get()).log("key of sign-in changes");
        } catch (IOException e) {
            // Nobody is kept from signing in by a key that should be another.
            log.atError().setCause(e).log("key of sign-in not changed");
        }
    }

    private enum Step {
        /** The next is made and told. */
        TELL,
        /** It signs. */
        USE,
        /** The one before counts no more. */
        FORGET
    }

    private Optional<Step> due() {
        if (age(NEXT).isPresent()) {
            return age(NEXT).filter(age -> age.compareTo(TOLD_FOR) >= 0).map(age -> Step.USE);
        }
        if (age(BEFORE).filter(age -> age.compareTo(COUNTS_FOR) >= 0).isPresent()) {
            return Optional.of(Step.FORGET);
        }
        return age(SigningKey.FILE).filter(age -> age.compareTo(keyFor) >= 0).map(age -> Step.TELL);
    }

    private Optional<Duration> age(String name) {
        try {
            FileTime since = Files.getLastModifiedTime(directory.resolve(name));
            return Optional.of(Duration.between(since.toInstant(), wall.instant()));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on it counts how long the file has been there. */
    private void aged(String name) throws IOException {
        Files.setLastModifiedTime(directory.resolve(name), FileTime.from(wall.instant()));
    }
}
