package org.coopmesh.nodeagent.topology;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.nodeagent.topology.LinkSource.Found;
import org.coopmesh.nodeagent.topology.LinkSource.Reading;

/** Answers of each routing daemon, made up after its format, and the way each is read. */
final class Answers {
    static final String BABELD =
            """
            add interface mesh0 up true ipv6 fe80::1:a ipv4 10.7.0.1
            add interface mesh1 up true ipv6 fe80::1:b
            add interface mesh2 up false
            add neighbour 5a01 address fe80::2:a if mesh0 reach ffff ureach 0000 rxcost 96 txcost 128 rtt 0.512 rttcost 0 cost 128
            add neighbour 5a02 address fe80::3:a if mesh1 reach 0000 ureach 0000 rxcost 65535 txcost 96 cost 65535
            add xroute 10.8.1.0/24-0.0.0.0/0 prefix 10.8.1.0/24 from 0.0.0.0/0 metric 128
            add route 5b01 prefix 10.8.2.0/24 from 0.0.0.0/0 installed yes id 02:00:00:00:00:00:00:02 metric 128 refmetric 0 via fe80::2:a if mesh0
            add route 5b02 prefix 10.8.2.0/24 from 0.0.0.0/0 installed no id 02:00:00:00:00:00:00:02 metric 65535 refmetric 0 via fe80::3:a if mesh1
            add weather 5c01 sunny
            ok
            """;
    static final String BATMAN_NEIGHBOURS =
            """
            [{"hard_ifindex":4,"hard_ifname":"mesh0","last_seen_msecs":320,"neigh_address":"02:00:00:00:00:2A"},
             {"hard_ifindex":5,"hard_ifname":"mesh1","last_seen_msecs":45000,"neigh_address":"02:00:00:00:00:3a"}]
            """;
    static final String BATMAN_ORIGINATORS =
            """
            [{"hard_ifname":"mesh0","orig_address":"02:00:00:00:00:2a","best":true,"last_seen_msecs":320,"neigh_address":"02:00:00:00:00:2a","tq":204},
             {"hard_ifname":"mesh1","orig_address":"02:00:00:00:00:2a","last_seen_msecs":320,"neigh_address":"02:00:00:00:00:3a","tq":9},
             {"hard_ifname":"mesh0","orig_address":"02:00:00:00:00:4a","best":true,"last_seen_msecs":90,"neigh_address":"02:00:00:00:00:2a","tq":100}]
            """;
    static final String OLSRD_LINKS =
            """
            {"pid": 77, "links": [
              {"localIP": "10.7.1.1", "remoteIP": "10.7.1.2", "ifName": "mesh0", "currentLinkStatus": "SYMMETRIC", "linkCost": 2.5, "linkQuality": 0.800000, "neighborLinkQuality": 0.5},
              {"localIP": "10.7.2.1", "remoteIP": "10.7.2.2", "ifName": "mesh1", "currentLinkStatus": "LOST", "linkCost": 4194304, "linkQuality": 0.0, "neighborLinkQuality": 0.0}]}
            """;
    static final String OLSRD_ROUTES =
            """
            {"routes": [{"destination": "10.8.2.0", "genmask": 24, "gateway": "10.7.1.2", "metric": 1, "etx": 2.5, "networkInterface": "mesh0"}]}
            """;
    static final String OLSRD2_LINKS =
            """
            {"link": [{
            "if":"mesh0",
            "link_bindto":"fe80::2:a",
            "link_status":"symmetric",
            "link_dualstack":"10.7.0.2",
            "domain":0,
            "domain_metric_in":"54Mbit/s",
            "domain_metric_in_raw":20480,
            "domain_metric_out":"48.3Mbit/s",
            "domain_metric_out_raw":22528},{
            "if":"mesh0",
            "link_bindto":"10.7.0.2",
            "link_status":"symmetric",
            "link_dualstack":"fe80::2:a",
            "domain_metric_in_raw":20480,
            "domain_metric_out_raw":22528},{
            "if":"mesh1",
            "link_bindto":"fe80::3:a",
            "link_status":"heard",
            "link_dualstack":"",
            "domain_metric_out":"infinite",
            "domain_metric_out_raw":16777215}]}
            """;
    static final String OLSRD2_ROUTES =
            """
            {"route": [{"route_dst":"10.8.2.0/24", "route_gw":"10.7.0.2", "route_if":"mesh0"},
                       {"route_dst":"10.7.0.2/32", "route_gw":"-", "route_if":"mesh0"}]}
            """;
    static final String YGGDRASIL_SELF =
            """
            {"status": "success", "request": null, "response": {
               "build_version": "0.5.9", "key": "%s", "address": "200:1:2:3::1", "coords": [1, 2], "routing_entries": 3}}
            """
                    .formatted("a1".repeat(32));
    static final String YGGDRASIL_PEERS_4 =
            """
            {"status": "success", "request": null, "response": {"peers": [
               {"address": "200:1:2:4::1", "key": "%s", "port": 1, "priority": 0, "coords": [1], "remote": "tls://[fe80::2:a%%25mesh0]:40000", "uptime": 4.25}]}}
            """
                    .formatted("b2".repeat(32));
    static final String YGGDRASIL_PEERS_5 =
            """
            {"status": "success", "request": {}, "response": {"peers": [
               {"remote": "tls://192.0.2.9:9001", "up": true, "inbound": false, "address": "200:1:2:4::1", "key": "%s", "port": 1, "cost": 7, "latency": 1250000},
               {"remote": "tls://192.0.2.10:9001", "up": false, "inbound": false, "last_error": "connection refused"}]}}
            """
                    .formatted("b2".repeat(32));
    static final String YGGDRASIL_PATHS =
            """
            {"status": "success", "response": {"paths": [{"address": "200:1:2:5::1", "key": "%s", "path": [1, 4], "sequence": 12}]}}
            """
                    .formatted("c3".repeat(32));
    static final String YGGDRASIL_SESSIONS =
            """
            {"status": "success", "response": {"sessions": []}}
            """;
    static final String KEY_A = "0123456789bcdfghjklmnpqrstuvwxyz0123456789bcdfghjklm.k";
    static final String KEY_B = "zyxwvutsrqpnmlkjhgfdcb9876543210zyxwvutsrqpnmlkjhgfd.k";
    static final String CJDNS_SELF =
            "d0005:error4:none6:myAddr78:v20.0000.0000.0000.0001." + KEY_A + "7:versioni20ee";
    static final String CJDNS_PEERS =
            "d00000005:peersld4:addr78:v20.0000.0000.0000.0013."
                    + KEY_B
                    + "7:bytesIni10416e5:lastni-1e0005:state11:ESTABLISHEDee5:totali1ee";

    private Answers() {}

    /** Reads a source's answers, one after the other. */
    interface Reader {
        Reading read(List<InputStream> answers) throws IOException;
    }

    /** A source: what it answers and how that is read. */
    record Sample(List<String> answers, Reader reader) {
        Reading read() throws IOException {
            return read(answers.stream().map(Answers::bytes).toList());
        }

        Reading read(List<byte[]> answers) throws IOException {
            return reader.read(
                    answers.stream().<InputStream>map(ByteArrayInputStream::new).toList());
        }
    }

    static final Map<String, Sample> ALL =
            Map.of(
                    "babeld",
                    new Sample(List.of(BABELD), answers -> Babeld.dump(answers.get(0))),
                    "batman-adv",
                    new Sample(
                            List.of(BATMAN_NEIGHBOURS, BATMAN_ORIGINATORS),
                            answers -> {
                                var found = new Found("batman-adv");
                                BatmanAdv.read(answers.get(0), answers.get(1), found);
                                return found.reading();
                            }),
                    "olsrd",
                    new Sample(
                            List.of(OLSRD_LINKS, OLSRD_ROUTES),
                            answers -> {
                                var found = new Found("olsrd");
                                Olsrd.links(answers.get(0), found);
                                found.used(Olsrd.routes(answers.get(1)));
                                return found.reading();
                            }),
                    "olsrd2",
                    new Sample(
                            List.of(OLSRD2_LINKS, "> " + OLSRD2_ROUTES),
                            answers -> {
                                var found = new Found("olsrd2");
                                Map<String, Link.Builder> links =
                                        Olsrd2.links(answers.get(0), found);
                                for (String hop : Olsrd2.routes(answers.get(1))) {
                                    if (links.containsKey(hop)) links.get(hop).setUsed(true);
                                }
                                return found.reading();
                            }),
                    "yggdrasil 0.4",
                    yggdrasil(YGGDRASIL_PEERS_4),
                    "yggdrasil 0.5",
                    yggdrasil(YGGDRASIL_PEERS_5),
                    "cjdns",
                    new Sample(
                            List.of(CJDNS_SELF, CJDNS_PEERS),
                            answers -> {
                                var found = new Found("cjdns");
                                Cjdns.self(
                                        Bencode.dictionary(answers.get(0).readAllBytes()), found);
                                Cjdns.peers(
                                        Bencode.dictionary(answers.get(1).readAllBytes()), found);
                                return found.reading();
                            }));

    private static Sample yggdrasil(String peers) {
        return new Sample(
                List.of(YGGDRASIL_SELF, peers, YGGDRASIL_PATHS, YGGDRASIL_SESSIONS),
                answers -> {
                    var found = new Found("yggdrasil");
                    Yggdrasil.self(answers.get(0), found);
                    Map<String, Link.Builder> links = Yggdrasil.peers(answers.get(1), found);
                    Yggdrasil.used(answers.get(2), "paths", "path", links);
                    Yggdrasil.used(answers.get(3), "sessions", "key", links);
                    return found.reading();
                });
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
