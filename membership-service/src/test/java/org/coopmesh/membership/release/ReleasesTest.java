package org.coopmesh.membership.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleasesTest {
    private static final ByteString HASH = ByteString.copyFrom(new byte[32]);

    @TempDir Path dir;

    @BeforeEach
    void publish() throws Exception {
        Files.write(dir.resolve("manifest"), new byte[] {1, 2});
        Files.write(dir.resolve("signature"), new byte[64]);
        Files.writeString(dir.resolve("share"), "50\n");
    }

    @Test
    void whatStandsInTheFolderIsOffered() {
        var offer = releases().offer().orElseThrow();

        assertThat(offer.manifest()).isEqualTo(ByteString.copyFrom(new byte[] {1, 2}));
        assertThat(offer.signature().size()).isEqualTo(64);
        assertThat(offer.sharePermille()).isEqualTo(50);
    }

    @Test
    void withoutAShareItIsNobodysTurn() throws Exception {
        Files.delete(dir.resolve("share"));

        assertThat(releases().offer().orElseThrow().sharePermille()).isZero();
    }

    @Test
    void halfAFolderOffersNothing() throws Exception {
        for (String share : new String[] {"", "-1", "1001", "5 %", "99999"}) {
            Files.writeString(dir.resolve("share"), share);
            assertThat(releases().offer()).as(share).isEmpty();
        }
        Files.writeString(dir.resolve("share"), "1000");
        Files.write(dir.resolve("signature"), new byte[63]);
        assertThat(releases().offer()).isEmpty();
        Files.write(dir.resolve("signature"), new byte[64]);
        Files.write(dir.resolve("manifest"), new byte[8193]);
        assertThat(releases().offer()).isEmpty();
        Files.delete(dir.resolve("manifest"));
        assertThat(releases().offer()).isEmpty();
        assertThat(new Releases(new ReleaseSettings("")).offer()).isEmpty();
    }

    @Test
    void aFileIsHandedOutInPiecesFromAnyOffset() throws Exception {
        byte[] content = new byte[300_000];
        for (int i = 0; i < content.length; i++) content[i] = (byte) (i * 31 >> 5);
        Files.write(dir.resolve(HexFormat.of().formatHex(HASH.toByteArray())), content);
        Releases releases = releases();
        ByteString whole = ByteString.EMPTY;
        while (whole.size() < content.length) {
            ByteString piece = releases.piece(HASH, whole.size()).orElseThrow();
            assertThat(piece.size()).isBetween(1, 128 << 10);
            whole = whole.concat(piece);
        }

        assertThat(whole).isEqualTo(ByteString.copyFrom(content));
        assertThat(releases.piece(HASH, content.length)).isEmpty();
        assertThat(releases.piece(HASH, -1)).isEmpty();
        assertThat(releases.piece(HASH, Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void onlyFilesOfReleasesAreHandedOut() throws Exception {
        assertThat(releases().piece(HASH, 0)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> releases().piece(ByteString.copyFromUtf8("../manifest"), 0));
    }

    private Releases releases() {
        return new Releases(new ReleaseSettings(dir.toString()));
    }
}
