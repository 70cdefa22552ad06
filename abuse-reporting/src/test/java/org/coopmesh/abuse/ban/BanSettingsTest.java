package org.coopmesh.abuse.ban;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.coopmesh.abuse.subject.Prefix;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class BanSettingsTest {
    @Test
    void nothingIsListedByDefault() {
        assertThat(never("").neverPrefixes()).isEmpty();
    }

    @Test
    void severalAreSeparatedByCommas() {
        assertThat(never("10.200.0.1, fd42:200::/64").neverPrefixes())
                .containsExactly(Prefix.parse("10.200.0.1"), Prefix.parse("fd42:200::/64"));
    }

    @Test
    void theServiceRefusesToStartOnWhatIsNoAddress() {
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> never("portal.example.org"));
    }

    private static BanSettings never(String value) {
        var settings = Map.of("coopmesh.ban.never", value, "coopmesh.ban.check-interval", "PT2S");
        return new Binder(new MapConfigurationPropertySource(settings))
                .bind("coopmesh.ban", BanSettings.class)
                .get();
    }
}
