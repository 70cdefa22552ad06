package org.coopmesh.membership.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZoneSettingsTest {
    private static final List<String> SERVERS = List.of("ns1.village.mesh=10.200.0.53");

    @TempDir Path dir;

    @Test
    void nothingIsServedUnlessItIsSaid() {
        var settings = new ZoneSettings(0, "127.0.0.1", List.of(""), List.of(""), "");

        assertThat(settings.servers()).isEmpty();
        assertThat(settings.told()).isEmpty();
    }

    @Test
    void serversHaveNamesAndSecondariesKeys() {
        var settings =
                new ZoneSettings(
                        5300,
                        "127.0.0.1",
                        List.of("ns1.village.mesh=fd42::53", "ns.example.org"),
                        List.of("transfer.village.mesh@[fd42::53]:53"),
                        "keys");

        assertThat(settings.servers())
                .containsExactly(
                        new ZoneSettings.NameServer("ns1.village.mesh", "fd42::53"),
                        new ZoneSettings.NameServer("ns.example.org", null));
        assertThat(settings.told().getFirst().key()).isEqualTo("transfer.village.mesh");
        assertThat(settings.told().getFirst().at().getPort()).isEqualTo(53);
    }

    @ParameterizedTest
    @CsvSource({
        "70000,ns1.a.mesh=10.0.0.1,'',keys,port is 0 to 65535",
        "5300,'','',keys,port needs name-servers and key-file",
        "5300,ns1.a.mesh=10.0.0.1,'','',port needs name-servers and key-file",
        "0,'',k@10.0.0.1:53,'',secondaries needs port",
        "5300,ns1.a.mesh=mill,'',keys,not an address",
        "5300,NS1,'',keys,name-servers has a name",
        "5300,ns1.a.mesh,10.0.0.1:53,keys,secondaries has key@address:port",
        "5300,ns1.a.mesh,k@10.0.0.1:99999,keys,secondaries has a port",
    })
    void whatCannotBeKeepsTheServiceFromStarting(
            int port, String servers, String secondaries, String keyFile, String rule) {
        assertThatThrownBy(() ->
                        new ZoneSettings(
                                port, "127.0.0.1", List.of(servers), List.of(secondaries), keyFile))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(rule);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nobody",
                "transfer.mesh hmac-md5 c2VjcmV0IG9mIHRoZSB2aWxsYWdl",
                "transfer.mesh c2VjcmV0IG9mIHRoZSB2aWxsYWdl",
                "transfer.mesh hmac-sha256 c2hvcnQ=",
                "transfer.mesh hmac-sha256 not/base64!",
                "a..b hmac-sha256 c2VjcmV0IG9mIHRoZSB2aWxsYWdl",
                "a hmac-sha256 c2VjcmV0IG9mIHRoZSB2aWxsYWdl\nA. hmac-sha256 c2VjcmV0IG9mIHRoZSB2aWxsYWdl"
            })
    void aFileOfKeysThatIsWrongKeepsTheServiceFromStarting(String text) throws IOException {
        Path file = Files.writeString(dir.resolve("keys"), text);

        assertThatThrownBy(() -> TransferKeys.read(file))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void severalKeysMayBeThere() throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("keys"),
                        "2026.mesh hmac-sha256 c2VjcmV0IG9mIHRoZSB2aWxsYWdl\n2027.mesh hmac-sha256 bmV3IHNlY3JldCBvZiB0aGUgdmlsbGFnZQ==\n");

        TransferKeys keys = TransferKeys.read(file);

        assertThat(keys.signer("2026.mesh")).isPresent();
        assertThat(keys.signer("2027.mesh")).isPresent();
    }

    @Test
    void keysAreFoundByNameHoweverItIsWritten() throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("keys"),
                        "# one\nTransfer.Mesh. hmac-sha256 c2VjcmV0IG9mIHRoZSB2aWxsYWdl\n");

        TransferKeys keys = TransferKeys.read(file);

        assertThat(keys.signer("transfer.mesh")).isPresent();
        assertThat(keys.signer("other.mesh")).isEmpty();
        assertThat(new ZoneSettings(5300, "::1", SERVERS, List.of(), "x").servers()).hasSize(1);
    }
}
