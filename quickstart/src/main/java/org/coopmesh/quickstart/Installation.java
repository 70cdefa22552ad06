package org.coopmesh.quickstart;

import java.nio.file.Path;

/**
 * Where one quickstart lives: its folder, its ports, its namespaces. Two with different {@code slot} run side by side on one
 * machine.
 *
 * @param home the checkout, with the built jars
 * @param state everything the quickstart keeps
 * @param slot 0 to 9; 0 is the demo, tests take others
 * @param simulated true: no kernel is touched, agents count simulated traffic
 */
public record Installation(Path home, Path state, int slot, boolean simulated) {
    private static final int SLOT_MAX = 9;
    private static final int PORTS_PER_SLOT = 100;

    /** Refuses a slot that has no ports of its own. */
    public Installation {
        if (slot < 0 || slot > SLOT_MAX) {
            throw new IllegalArgumentException("slot " + slot + ": 0 to " + SLOT_MAX);
        }
    }

    /** This installation's of the ports that begin at {@code base} in the first slot. */
    public int port(int base) {
        return base + slot * PORTS_PER_SLOT;
    }

    /** Where the browser goes. */
    public String publicUrl() {
        return "http://localhost:" + port(8080);
    }

    /** Where the database listens, on 127.0.0.1. Below 32768, as all others: above, any connection that goes out may hold it. */
    public int postgresPort() {
        return port(15432);
    }

    int kafkaPort() {
        return port(19092);
    }

    int zonePort() {
        return port(15300);
    }

    int nameServerPort() {
        return port(15301);
    }

    Path zoneKeyFile() {
        return state().resolve("zone.key");
    }

    /** Where node ports listen: on the link into the mesh, or on loopback when there is none. */
    public String nodePortAddress() {
        return simulated ? "127.0.0.1" : coreAddress();
    }

    String coreAddress() {
        return "10.200." + slot + ".1";
    }

    String coreAddressOfMesh() {
        return "10.200." + slot + ".2";
    }

    /** Second octet of the address pool. */
    int poolOctet() {
        return 201 + slot;
    }

    String poolV4() {
        return "10." + poolOctet() + ".0.0/16";
    }

    String poolV6() {
        return "fd42:" + poolOctet() + "::/48";
    }

    /** The host beyond the gateways. */
    public String internetAddress() {
        return "198.51.100.10";
    }

    /** All namespaces and interfaces of this installation begin so. */
    String prefix() {
        return slot == 0 ? "cm" : "cm" + slot;
    }

    /** The network namespace of {@code host}. */
    public String namespace(String host) {
        return prefix() + "-" + host;
    }

    Path logs() {
        return state.resolve("logs");
    }

    Path keys() {
        return state.resolve("keys");
    }

    Path clockFile() {
        return state.resolve("clock");
    }
}
