package org.coopmesh.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MapSettingsTest {
    @Test
    void thePolicyOpensToTheHostOfTheTilesOnly() {
        assertThat(of("https://tiles.example.org:8443/land/{z}/{x}/{y}.png?style=a").source())
                .isEqualTo("https://tiles.example.org:8443");
        assertThat(of(" ").source()).isEmpty();
    }

    @Test
    void whatIsNoAddressOfTilesIsRefused() {
        assertThatThrownBy(() -> of("http://tiles.example.org/{z}/{x}/{y}.png"))
                .hasMessageContaining("https");
        assertThatThrownBy(() -> of("https://tiles.example.org/{z}/{x}.png"))
                .hasMessageContaining("{y} is missing");
        assertThatThrownBy(() -> of("https://tiles.example.org; script-src *//{z}/{x}/{y}"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> of("https://{z}.example.org/{z}/{x}/{y}"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static MapSettings of(String tiles) {
        return new MapSettings(tiles, "© OpenStreetMap contributors", 41.5, 2.0);
    }
}
