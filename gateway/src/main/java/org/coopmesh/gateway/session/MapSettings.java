package org.coopmesh.gateway.session;

import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What maps of the dashboard show beneath nodes and sites.
 *
 * @param tiles address of a picture, with {z}, {x} and {y}; "" for none
 * @param attribution names who made them
 * @param latitude where a map begins that has nothing to show, in degrees
 * @param longitude the same, in degrees
 */
@ConfigurationProperties("coopmesh.map")
record MapSettings(String tiles, String attribution, double latitude, double longitude) {
    MapSettings {
        tiles = tiles.strip();
        if (!tiles.isEmpty()) {
            for (String part : new String[] {"{z}", "{x}", "{y}"}) {
                if (!tiles.contains(part))
                    throw new IllegalArgumentException(
                            "coopmesh.map.tiles: " + part + " is missing");
            }
            URI at = address(tiles);
            // One host, written out: it goes into the page's policy.
            int path = tiles.indexOf('/', "https://".length());
            if (path < 0 || tiles.substring(0, path).contains("{"))
                throw new IllegalArgumentException(
                        "coopmesh.map.tiles: a host without placeholders");
            if (!"https".equals(at.getScheme()) || at.getHost() == null)
                throw new IllegalArgumentException("coopmesh.map.tiles: must be https://");
            if (attribution.isBlank())
                throw new IllegalArgumentException("coopmesh.map.attribution: who made the tiles?");
        }
        if (!(Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180))
            throw new IllegalArgumentException("coopmesh.map: not a point of a map");
    }

    /** The one place that the page may load pictures from besides its own, for its policy; "" for none. */
    String source() {
        if (tiles.isEmpty()) return "";
        URI at = address(tiles);
        return at.getScheme() + "://" + at.getHost() + (at.getPort() < 0 ? "" : ":" + at.getPort());
    }

    /** Throws IllegalArgumentException where it is none. */
    private static URI address(String tiles) {
        return URI.create(tiles.replace("{z}", "0").replace("{x}", "0").replace("{y}", "0"));
    }
}
