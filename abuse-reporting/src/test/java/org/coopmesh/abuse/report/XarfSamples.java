package org.coopmesh.abuse.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A small valid report of each type of XARF 4, and a fuller one; our own. */
final class XarfSamples {
    static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private static final String SEEN =
            "\"protocol\": \"tcp\", \"first_seen\": \"2026-11-20T10:00:00Z\"";
    private static final String PAGE = "\"url\": \"https://member.example.net/x\"";
    private static final String WORK = "\"infringing_url\": \"https://member.example.net/film\"";

    private static final Map<XarfType, String> OWN =
            Map.ofEntries(
                    Map.entry(
                            XarfType.MESSAGING__SPAM,
                            "\"protocol\": \"smtp\", \"smtp_from\": \"seller@member.example.net\""),
                    Map.entry(
                            XarfType.MESSAGING__BULK_MESSAGING,
                            "\"protocol\": \"smtp\", \"smtp_from\": \"seller@member.example.net\", \"recipient_count\": 100"),
                    Map.entry(XarfType.CONNECTION__LOGIN_ATTACK, SEEN),
                    Map.entry(XarfType.CONNECTION__PORT_SCAN, SEEN),
                    Map.entry(XarfType.CONNECTION__DDOS, SEEN),
                    Map.entry(
                            XarfType.CONNECTION__INFECTED_HOST,
                            SEEN + ", \"bot_type\": \"malicious\""),
                    Map.entry(
                            XarfType.CONNECTION__RECONNAISSANCE,
                            SEEN + ", \"probed_resources\": [\"/.env\"]"),
                    Map.entry(XarfType.CONNECTION__SCRAPING, SEEN + ", \"total_requests\": 5000"),
                    Map.entry(XarfType.CONNECTION__SQL_INJECTION, SEEN),
                    Map.entry(
                            XarfType.CONNECTION__VULNERABILITY_SCAN,
                            SEEN + ", \"scan_type\": \"mixed\""),
                    Map.entry(
                            XarfType.VULNERABILITY__CVE,
                            "\"service\": \"httpd\", \"service_port\": 443, \"cve_id\": \"CVE-2024-12345\""),
                    Map.entry(XarfType.VULNERABILITY__OPEN_SERVICE, "\"service\": \"memcached\""),
                    Map.entry(XarfType.VULNERABILITY__MISCONFIGURATION, "\"service\": \"dns\""),
                    Map.entry(
                            XarfType.INFRASTRUCTURE__BOTNET,
                            "\"compromise_evidence\": \"beacons\""),
                    Map.entry(
                            XarfType.INFRASTRUCTURE__COMPROMISED_SERVER,
                            "\"compromise_method\": \"weak password\""),
                    Map.entry(XarfType.REPUTATION__BLOCKLIST, "\"threat_type\": \"spam\""),
                    Map.entry(
                            XarfType.REPUTATION__THREAT_INTELLIGENCE,
                            "\"threat_type\": \"scanner\""),
                    Map.entry(XarfType.CONTENT__PHISHING, PAGE),
                    Map.entry(XarfType.CONTENT__MALWARE, PAGE),
                    Map.entry(
                            XarfType.CONTENT__CSAM,
                            PAGE
                                    + ", \"classification\": \"A1\", \"detection_method\": \"hash_match\", \"hash_values\": {\"sha256\": \""
                                    + "ab".repeat(32)
                                    + "\"}"),
                    Map.entry(
                            XarfType.CONTENT__CSEM,
                            PAGE
                                    + ", \"exploitation_type\": \"grooming\", \"detection_method\": \"user_report\""),
                    Map.entry(
                            XarfType.CONTENT__EXPOSED_DATA,
                            PAGE
                                    + ", \"data_types\": [\"credentials\"], \"exposure_method\": \"open_directory\""),
                    Map.entry(
                            XarfType.CONTENT__BRAND_INFRINGEMENT,
                            PAGE
                                    + ", \"infringement_type\": \"lookalike\", \"legitimate_site\": \"https://shop.example\""),
                    Map.entry(XarfType.CONTENT__FRAUD, PAGE + ", \"fraud_type\": \"lottery\""),
                    Map.entry(
                            XarfType.CONTENT__REMOTE_COMPROMISE,
                            PAGE + ", \"compromise_type\": \"webshell\""),
                    Map.entry(
                            XarfType.CONTENT__SUSPICIOUS_REGISTRATION,
                            PAGE
                                    + ", \"registration_date\": \"2026-11-01T00:00:00Z\", \"suspicious_indicators\": [\"typosquatting\"]"),
                    Map.entry(XarfType.COPYRIGHT__COPYRIGHT, WORK),
                    Map.entry(
                            XarfType.COPYRIGHT__P2P,
                            "\"p2p_protocol\": \"bittorrent\", \"swarm_info\": {\"info_hash\": \""
                                    + "0a".repeat(20)
                                    + "\"}"),
                    Map.entry(
                            XarfType.COPYRIGHT__CYBERLOCKER,
                            WORK + ", \"hosting_service\": \"locker\""),
                    Map.entry(
                            XarfType.COPYRIGHT__UGC_PLATFORM,
                            WORK + ", \"platform_name\": \"clips\""),
                    Map.entry(XarfType.COPYRIGHT__LINK_SITE, WORK + ", \"site_name\": \"links\""),
                    Map.entry(
                            XarfType.COPYRIGHT__USENET,
                            "\"newsgroup\": \"alt.films\", \"message_info\": {\"message_id\": \"<1@x>\"}"));

    private XarfSamples() {}

    static ObjectNode of(XarfType type) {
        return (ObjectNode)
                JSON.readTree(
                        """
                        {"xarf_version": "4.2.0", "report_id": "5c1f9d5e-58a1-4f3c-9d26-0f6b2a1c7e11",
                         "timestamp": "2026-11-20T10:05:00Z",
                         "reporter": {"org": "Village watch", "contact": "abuse@watch.example", "domain": "watch.example"},
                         "sender": {"org": "Village watch", "contact": "abuse@watch.example", "domain": "watch.example"},
                         "source_identifier": "198.51.100.77", "source_port": 40000,
                         "category": "%s", "type": "%s", "description": "seen by our sensor",
                         "evidence": [{"content_type": "text/plain", "payload": "bG9n", "description": "the log",
                                       "hash": "sha256:ec0df3b6e0e8cc3f0bfb4c3a4a5b8e9ae6b1c5b1d3b0e0a4f2d6c7b8a9e0f1d2"}],
                         "tags": ["attack:brute-force"], "confidence": 0.9, %s}
                        """
                                .formatted(type.category(), type.type(), OWN.get(type)));
    }

    /** Each type, as bytes. */
    static List<byte[]> all() {
        var all = new ArrayList<byte[]>();
        for (XarfType type : XarfType.values()) all.add(JSON.writeValueAsBytes(of(type)));
        return all;
    }

    static byte[] bytes(ObjectNode document) {
        return JSON.writeValueAsBytes(document);
    }
}
