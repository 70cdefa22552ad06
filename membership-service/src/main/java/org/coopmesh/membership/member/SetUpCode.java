package org.coopmesh.membership.member;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * The code that only who can read this machine's files knows, and that constituting the co-op takes. Made at the first
 * start, void after use.
 */
@Component
class SetUpCode {
    private static final Logger log = LoggerFactory.getLogger(SetUpCode.class);
    private static final int BYTES = 16;

    private final Path file;
    private final Coops coops;

    SetUpCode(MemberSettings settings, Coops coops) {
        this.file = settings.stateDir().resolve("setup-code");
        this.coops = coops;
    }

    @EventListener(ApplicationReadyEvent.class)
    void make() throws IOException {
        if (coops.find().isPresent()) {
            Files.deleteIfExists(file);
            return;
        }
        if (Files.exists(file)) return;
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        String code = HexFormat.of().formatHex(random).replaceAll("(.{4})(?!$)", "$1-");
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path fresh =
                Files.createTempFile(
                        file.toAbsolutePath().getParent(),
                        "setup-code",
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, code + "\n", StandardOpenOption.SYNC);
        Files.move(fresh, file);
        log.atWarn()
                .addKeyValue("file", file)
                .log("the co-op is not set up yet; this code constitutes it, once: {}", code);
    }

    /** Whether {@code tried} is the code; takes the same time however wrong it is. */
    boolean matches(String tried) {
        try {
            if (!Files.exists(file)) return false;
            return MessageDigest.isEqual(
                    plain(Files.readString(file)).getBytes(StandardCharsets.UTF_8),
                    plain(tried).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the code void. The co-op's row does so as well; this only tidies up. */
    void forget() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.atWarn().setCause(e).addKeyValue("file", file).log("used set-up code not deleted");
        }
    }

    private static String plain(String code) {
        return code.strip().replace("-", "").toLowerCase(Locale.ROOT);
    }
}
