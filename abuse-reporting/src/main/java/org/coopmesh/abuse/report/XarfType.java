package org.coopmesh.abuse.report;

import static org.coopmesh.abuse.report.Category.CHILD_SAFETY;
import static org.coopmesh.abuse.report.Category.COPYRIGHT;
import static org.coopmesh.abuse.report.Category.FRAUD;
import static org.coopmesh.abuse.report.Category.ILLEGAL_CONTENT;
import static org.coopmesh.abuse.report.Category.INTRUSION;
import static org.coopmesh.abuse.report.Category.MALWARE;
import static org.coopmesh.abuse.report.Category.NETWORK_MISUSE;
import static org.coopmesh.abuse.report.Category.OTHER;
import static org.coopmesh.abuse.report.Category.SPAM;
import static org.coopmesh.abuse.report.Rule.address;
import static org.coopmesh.abuse.report.Rule.date;
import static org.coopmesh.abuse.report.Rule.flag;
import static org.coopmesh.abuse.report.Rule.host;
import static org.coopmesh.abuse.report.Rule.listOf;
import static org.coopmesh.abuse.report.Rule.mailbox;
import static org.coopmesh.abuse.report.Rule.matching;
import static org.coopmesh.abuse.report.Rule.number;
import static org.coopmesh.abuse.report.Rule.object;
import static org.coopmesh.abuse.report.Rule.oneOf;
import static org.coopmesh.abuse.report.Rule.port;
import static org.coopmesh.abuse.report.Rule.setOf;
import static org.coopmesh.abuse.report.Rule.text;
import static org.coopmesh.abuse.report.Rule.time;
import static org.coopmesh.abuse.report.Rule.uri;
import static org.coopmesh.abuse.report.Rule.uuid;
import static org.coopmesh.abuse.report.Rule.whole;

import java.util.Locale;
import java.util.Optional;

/** The 32 kinds of report that XARF 4 knows, what each must say beyond the common part, and what they are to us. */
enum XarfType {
    MESSAGING__SPAM(
            SPAM,
            object().may(
                            "evidence_source",
                            oneOf(
                                    "spamtrap",
                                    "user_complaint",
                                    "automated_filter",
                                    "honeypot",
                                    "content_analysis",
                                    "reputation_feed"))
                    .must(
                            "protocol",
                            oneOf(
                                    "smtp",
                                    "sms",
                                    "whatsapp",
                                    "telegram",
                                    "signal",
                                    "chat",
                                    "social_media",
                                    "push_notification",
                                    "other"))
                    .may("smtp_from", mailbox())
                    .may("smtp_to", mailbox())
                    .may("subject", text(500))
                    .may("sender_name", text(200))
                    .may("message_id", text(200))
                    .may("user_agent", text(200))
                    .may("recipient_count", whole(1))
                    .may("language", matching("[a-z]{2}(-[A-Z]{2})?"))
                    .may(
                            "spam_indicators",
                            object().may("suspicious_links", listOf(uri()))
                                    .may("commercial_content", flag())
                                    .may("bulk_characteristics", flag())
                                    .nothingElse())),
    MESSAGING__BULK_MESSAGING(
            SPAM,
            object().may(
                            "evidence_source",
                            oneOf(
                                    "user_complaint",
                                    "automated_filter",
                                    "reputation_feed",
                                    "volume_analysis"))
                    .must(
                            "protocol",
                            oneOf(
                                    "smtp",
                                    "sms",
                                    "whatsapp",
                                    "telegram",
                                    "social_media",
                                    "push_notification",
                                    "other"))
                    .may("smtp_from", mailbox())
                    .may("subject", text(500))
                    .may("sender_name", text(200))
                    .must("recipient_count", whole(100))
                    .may("unsubscribe_provided", flag())
                    .may("opt_in_evidence", flag())
                    .may(
                            "bulk_indicators",
                            object().may("high_volume", flag())
                                    .may("template_based", flag())
                                    .may("commercial_sender", flag())
                                    .nothingElse())),
    CONNECTION__LOGIN_ATTACK(INTRUSION, Parts.attack()),
    CONNECTION__PORT_SCAN(INTRUSION, Parts.attack()),
    CONNECTION__DDOS(
            NETWORK_MISUSE,
            Parts.attack()
                    .may(
                            "evidence_source",
                            oneOf(
                                    "firewall_logs",
                                    "ids_detection",
                                    "flow_analysis",
                                    "traffic_monitoring",
                                    "honeypot"))
                    .may("attack_vector", text())
                    .may("peak_pps", whole(1))
                    .may("peak_bps", whole(1))
                    .may("duration_seconds", whole(1))
                    .may("amplification_factor", number(1, Double.MAX_VALUE))
                    .may("threshold_exceeded", time())
                    .may("mitigation_applied", flag())
                    .may("service_impact", oneOf("none", "degraded", "unavailable"))),
    CONNECTION__INFECTED_HOST(
            MALWARE,
            Parts.visit()
                    .must(
                            "bot_type",
                            oneOf(
                                    "search_engine",
                                    "ai_agent",
                                    "monitoring",
                                    "seo_analyzer",
                                    "link_checker",
                                    "feed_reader",
                                    "social_media",
                                    "advertising",
                                    "malicious",
                                    "unknown"))
                    .may("user_agent", text())
                    .may("bot_name", text())
                    .may(
                            "behavior_pattern",
                            oneOf(
                                    "legitimate_crawling",
                                    "aggressive_crawling",
                                    "api_abuse",
                                    "form_submission",
                                    "comment_spam",
                                    "account_creation",
                                    "content_harvesting",
                                    "vulnerability_probing",
                                    "mixed"))
                    .may("request_rate", number())
                    .may("total_requests", whole(1))
                    .may("respects_robots_txt", flag())
                    .may("follows_crawl_delay", flag())
                    .may("javascript_execution", flag())
                    .may("accepts_cookies", flag())
                    .may("api_endpoints_accessed", listOf(text()))
                    .may(
                            "verification_status",
                            oneOf("verified", "unverified", "spoofed", "unknown"))),
    CONNECTION__RECONNAISSANCE(
            INTRUSION,
            Parts.visit()
                    .must("probed_resources", listOf(text()))
                    .may(
                            "resource_categories",
                            listOf(
                                    oneOf(
                                            "environment_files",
                                            "version_control",
                                            "configuration_files",
                                            "backup_files",
                                            "admin_panels",
                                            "database_files",
                                            "log_files",
                                            "credential_files",
                                            "api_endpoints",
                                            "debug_endpoints",
                                            "other")))
                    .may(
                            "http_methods",
                            listOf(
                                    oneOf(
                                            "GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE",
                                            "TRACE", "CONNECT")))
                    .may("response_codes", listOf(whole()))
                    .may("successful_probes", listOf(text()))
                    .may("user_agent", text())
                    .may("total_probes", whole(1))
                    .may("automated_tool", flag())),
    CONNECTION__SCRAPING(
            NETWORK_MISUSE,
            Parts.visit()
                    .may(
                            "scraping_pattern",
                            oneOf(
                                    "sequential",
                                    "random",
                                    "targeted",
                                    "sitemap_following",
                                    "api_harvesting",
                                    "deep_crawling",
                                    "breadth_first",
                                    "depth_first"))
                    .may(
                            "target_content",
                            oneOf(
                                    "product_data",
                                    "pricing_information",
                                    "user_profiles",
                                    "contact_information",
                                    "news_articles",
                                    "images",
                                    "documents",
                                    "api_data",
                                    "search_results",
                                    "general_content",
                                    "other"))
                    .may("user_agent", text())
                    .may("bot_signature", text())
                    .may("request_rate", number())
                    .must("total_requests", whole(1))
                    .may("unique_urls", whole(1))
                    .may("data_volume", whole())
                    .may("respects_robots_txt", flag())
                    .may("session_duration", whole())
                    .may("concurrent_connections", whole())),
    CONNECTION__SQL_INJECTION(
            INTRUSION,
            Parts.visit()
                    .may(
                            "http_method",
                            oneOf("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"))
                    .may("target_url", uri())
                    .may(
                            "injection_point",
                            oneOf(
                                    "query_parameter",
                                    "post_body",
                                    "cookie",
                                    "header",
                                    "path",
                                    "json_parameter"))
                    .may("payload_sample", text(1000))
                    .may(
                            "attack_technique",
                            oneOf(
                                    "union_based",
                                    "error_based",
                                    "boolean_blind",
                                    "time_blind",
                                    "stacked_queries",
                                    "out_of_band",
                                    "second_order",
                                    "other"))
                    .may("attempts_count", whole(1))),
    CONNECTION__VULNERABILITY_SCAN(
            INTRUSION,
            Parts.visit()
                    .must(
                            "scan_type",
                            oneOf(
                                    "port_scan",
                                    "vulnerability_scan",
                                    "version_detection",
                                    "os_fingerprinting",
                                    "service_enumeration",
                                    "web_vuln_scan",
                                    "directory_brute_force",
                                    "mixed"))
                    .must("protocol", oneOf("tcp", "udp", "icmp", "mixed"))
                    .may("destination_port", Parts.ANYTHING)
                    .may("user_agent", text())
                    .may("scanner_signature", text())
                    .may("targeted_ports", listOf(port()))
                    .may("targeted_services", listOf(text()))
                    .may("vulnerabilities_probed", listOf(text()))
                    .may("scan_rate", number())
                    .may("total_requests", whole(1))),
    VULNERABILITY__CVE(
            NETWORK_MISUSE,
            object().may(
                            "evidence_source",
                            oneOf(
                                    "vulnerability_scan",
                                    "researcher_analysis",
                                    "automated_discovery",
                                    "penetration_testing"))
                    .must("service", text(200))
                    .may("service_version", text(100))
                    .must("service_port", port())
                    .must("cve_id", matching("CVE-[0-9]{4}-[0-9]+"))
                    .may("cve_ids", setOf(matching("CVE-[0-9]{4}-[0-9]+"), 10))
                    .may("cvss_score", number(0, 10))
                    .may("cvss_vector", matching("(?s)CVSS:3\\.[01]/.*"))
                    .may("cvss_version", oneOf("2.0", "3.0", "3.1"))
                    .may("risk_level", oneOf("info", "low", "medium", "high", "critical"))
                    .may("severity", oneOf("informational", "low", "medium", "high", "critical"))
                    .may(
                            "exploitability",
                            oneOf("theoretical", "poc_available", "functional", "weaponized"))
                    .may("patch_available", flag())
                    .may("patch_version", text(100))
                    .may("patch_url", uri())
                    .may("vendor_advisory", uri())
                    .may("disclosure_date", time())
                    .may(
                            "impact_assessment",
                            object().may("confidentiality", oneOf("none", "low", "high"))
                                    .may("integrity", oneOf("none", "low", "high"))
                                    .may("availability", oneOf("none", "low", "high"))
                                    .nothingElse())
                    .may(
                            "remediation_priority",
                            oneOf("low", "medium", "high", "critical", "emergency"))),
    VULNERABILITY__OPEN_SERVICE(NETWORK_MISUSE, object().must("service", text())),
    VULNERABILITY__MISCONFIGURATION(NETWORK_MISUSE, object().must("service", text())),
    INFRASTRUCTURE__BOTNET(
            MALWARE,
            object().may("malware_family", text(200))
                    .may("c2_server", text())
                    .may(
                            "c2_protocol",
                            oneOf("http", "https", "tcp", "udp", "dns", "irc", "p2p", "custom"))
                    .may(
                            "bot_capabilities",
                            listOf(
                                    oneOf(
                                            "ddos",
                                            "spam",
                                            "proxy",
                                            "keylogger",
                                            "file_download",
                                            "remote_shell",
                                            "cryptocurrency_mining",
                                            "data_theft")))
                    .must("compromise_evidence", text())),
    INFRASTRUCTURE__COMPROMISED_SERVER(MALWARE, object().must("compromise_method", text())),
    REPUTATION__BLOCKLIST(OTHER, object().must("threat_type", text())),
    REPUTATION__THREAT_INTELLIGENCE(OTHER, object().must("threat_type", text())),
    CONTENT__PHISHING(
            FRAUD,
            Parts.page()
                    .may("credential_fields", listOf(text()))
                    .may("phishing_kit", text())
                    .may("redirect_chain", listOf(uri()))
                    .may("submission_url", uri())
                    .may("cloned_site", uri())
                    .may(
                            "detection_evasion",
                            listOf(
                                    oneOf(
                                            "geo_blocking",
                                            "user_agent_filtering",
                                            "referrer_checking",
                                            "captcha",
                                            "time_based_display",
                                            "ip_blacklisting",
                                            "obfuscation",
                                            "other")))
                    .may(
                            "lure_type",
                            oneOf(
                                    "account_suspension",
                                    "security_alert",
                                    "payment_issue",
                                    "prize_notification",
                                    "document_share",
                                    "password_reset",
                                    "shipping_notification",
                                    "tax_refund",
                                    "other"))),
    CONTENT__MALWARE(
            MALWARE,
            Parts.page()
                    .may("malware_family", text())
                    .may(
                            "malware_type",
                            oneOf(
                                    "trojan",
                                    "ransomware",
                                    "dropper",
                                    "loader",
                                    "backdoor",
                                    "rootkit",
                                    "infostealer",
                                    "banking_trojan",
                                    "cryptominer",
                                    "adware",
                                    "spyware",
                                    "worm",
                                    "bot",
                                    "rat",
                                    "other"))
                    .may("file_hashes", Parts.hashes().may("ssdeep", text()))
                    .may(
                            "file_metadata",
                            object().may("filename", text())
                                    .may("file_size", whole(0))
                                    .may("file_type", text())
                                    .may("mime_type", text()))
                    .may(
                            "distribution_method",
                            oneOf(
                                    "direct_download",
                                    "drive_by_download",
                                    "email_attachment",
                                    "malvertising",
                                    "exploit_kit",
                                    "watering_hole",
                                    "supply_chain",
                                    "social_engineering",
                                    "other"))
                    .may(
                            "c2_servers",
                            listOf(
                                    object().may("address", text())
                                            .may("port", port())
                                            .may(
                                                    "protocol",
                                                    oneOf(
                                                            "http", "https", "tcp", "udp", "dns",
                                                            "other"))))
                    .may(
                            "sandbox_analysis",
                            object().may("sandbox_name", text())
                                    .may("analysis_url", uri())
                                    .may(
                                            "verdict",
                                            oneOf("malicious", "suspicious", "clean", "unknown"))
                                    .may("score", number(0, 100)))
                    .may("exploit_cve", listOf(matching("CVE-\\d{4}-\\d{4,}")))
                    .may(
                            "persistence_mechanism",
                            listOf(
                                    oneOf(
                                            "registry",
                                            "scheduled_task",
                                            "service",
                                            "startup_folder",
                                            "dll_hijacking",
                                            "wmi",
                                            "other")))
                    .may(
                            "targeted_platforms",
                            listOf(
                                    oneOf(
                                            "windows",
                                            "linux",
                                            "macos",
                                            "android",
                                            "ios",
                                            "multi_platform")))),
    CONTENT__CSAM(
            CHILD_SAFETY,
            Parts.page()
                    .must("classification", oneOf("baseline", "A1", "A2", "B1", "B2"))
                    .may("media_type", oneOf("image", "video", "audio", "text", "mixed"))
                    .must(
                            "detection_method",
                            oneOf(
                                    "hash_match",
                                    "ai_detection",
                                    "manual_review",
                                    "user_report",
                                    "automated_scan"))
                    .may("hash_values", Parts.hashes().may("photodna", text()))
                    .may("ncmec_report_id", text())
                    .may("content_removed", flag())
                    .may("account_suspended", flag())),
    CONTENT__CSEM(
            CHILD_SAFETY,
            Parts.page()
                    .must(
                            "exploitation_type",
                            oneOf(
                                    "grooming",
                                    "solicitation",
                                    "sextortion",
                                    "trafficking",
                                    "distribution",
                                    "production",
                                    "possession"))
                    .may(
                            "victim_age_range",
                            oneOf("infant", "toddler", "prepubescent", "pubescent", "unknown"))
                    .may(
                            "platform",
                            oneOf(
                                    "social_media",
                                    "messaging_app",
                                    "gaming_platform",
                                    "forum",
                                    "email",
                                    "darkweb",
                                    "other"))
                    .must(
                            "detection_method",
                            oneOf(
                                    "behavioral_analysis",
                                    "keyword_detection",
                                    "user_report",
                                    "ai_detection",
                                    "manual_review",
                                    "law_enforcement_referral"))
                    .may(
                            "evidence_type",
                            listOf(
                                    oneOf(
                                            "chat_logs",
                                            "images",
                                            "videos",
                                            "user_profile",
                                            "metadata")))
                    .may(
                            "perpetrator_indicators",
                            object().may("account_id", text())
                                    .may("ip_addresses", listOf(Parts.v4()))
                                    .may("pattern_of_behavior", text()))
                    .may(
                            "reporting_obligations",
                            listOf(
                                    oneOf(
                                            "NCMEC",
                                            "IWF",
                                            "local_law_enforcement",
                                            "europol",
                                            "interpol",
                                            "platform_safety_team",
                                            "other")))),
    CONTENT__EXPOSED_DATA(
            ILLEGAL_CONTENT,
            Parts.page()
                    .must(
                            "data_types",
                            listOf(
                                    oneOf(
                                            "personal_information",
                                            "credentials",
                                            "financial",
                                            "medical",
                                            "government_id",
                                            "email_addresses",
                                            "phone_numbers",
                                            "api_keys",
                                            "database_dumps",
                                            "source_code",
                                            "internal_documents",
                                            "customer_data",
                                            "employee_data",
                                            "intellectual_property",
                                            "other"),
                                    1,
                                    Integer.MAX_VALUE))
                    .must(
                            "exposure_method",
                            oneOf(
                                    "misconfigured_server",
                                    "open_directory",
                                    "database_exposure",
                                    "git_repository",
                                    "backup_file",
                                    "log_file",
                                    "cloud_storage",
                                    "paste_site",
                                    "forum_post",
                                    "ransomware_leak",
                                    "intentional_leak",
                                    "other"))
                    .may("record_count", whole(0))
                    .may("affected_organization", text())
                    .may(
                            "data_format",
                            oneOf(
                                    "plaintext",
                                    "csv",
                                    "json",
                                    "xml",
                                    "sql",
                                    "excel",
                                    "pdf",
                                    "mixed",
                                    "other"))
                    .may("sensitive_fields", listOf(text()))
                    .may(
                            "encryption_status",
                            oneOf(
                                    "unencrypted",
                                    "encrypted",
                                    "partially_encrypted",
                                    "hashed",
                                    "unknown"))
                    .may(
                            "accessibility",
                            oneOf(
                                    "public",
                                    "requires_authentication",
                                    "requires_payment",
                                    "dark_web",
                                    "removed"))
                    .may(
                            "discovery_source",
                            oneOf(
                                    "security_researcher",
                                    "automated_scan",
                                    "breach_monitoring",
                                    "user_report",
                                    "law_enforcement",
                                    "threat_intelligence",
                                    "other"))
                    .may(
                            "sample_records",
                            listOf(
                                    object().may("description", text())
                                            .may("redacted_sample", text()),
                                    0,
                                    5))),
    CONTENT__BRAND_INFRINGEMENT(
            COPYRIGHT,
            Parts.page()
                    .must(
                            "infringement_type",
                            oneOf(
                                    "counterfeit",
                                    "typosquatting",
                                    "lookalike",
                                    "homograph",
                                    "unauthorized_reseller",
                                    "trademark_violation",
                                    "brand_impersonation",
                                    "logo_misuse",
                                    "other"))
                    .must("legitimate_site", uri())
                    .may("similarity_score", number(0, 1))
                    .may(
                            "trademark_details",
                            object().may("registration_number", text())
                                    .may("jurisdiction", text())
                                    .may("category", listOf(whole(1, 45))))
                    .may(
                            "infringing_elements",
                            listOf(
                                    oneOf(
                                            "logo",
                                            "brand_name",
                                            "tagline",
                                            "color_scheme",
                                            "layout",
                                            "product_images",
                                            "domain_name",
                                            "other")))
                    .may("products_offered", listOf(text()))
                    .may(
                            "previous_enforcement",
                            listOf(
                                    object().may("date", date())
                                            .may(
                                                    "action",
                                                    oneOf(
                                                            "cease_desist",
                                                            "takedown_notice",
                                                            "domain_dispute",
                                                            "legal_action",
                                                            "other"))
                                            .may("result", text())))),
    CONTENT__FRAUD(
            FRAUD,
            Parts.page()
                    .must(
                            "fraud_type",
                            oneOf(
                                    "investment",
                                    "romance",
                                    "tech_support",
                                    "lottery",
                                    "advance_fee",
                                    "cryptocurrency",
                                    "shopping",
                                    "charity",
                                    "employment",
                                    "government_impersonation",
                                    "other"))
                    .may(
                            "payment_methods",
                            listOf(
                                    oneOf(
                                            "credit_card",
                                            "bank_transfer",
                                            "cryptocurrency",
                                            "gift_cards",
                                            "wire_transfer",
                                            "paypal",
                                            "western_union",
                                            "moneygram",
                                            "cashapp",
                                            "venmo",
                                            "other")))
                    .may(
                            "cryptocurrency_addresses",
                            listOf(
                                    object().must(
                                                    "currency",
                                                    oneOf(
                                                            "bitcoin",
                                                            "ethereum",
                                                            "usdt",
                                                            "bnb",
                                                            "monero",
                                                            "other"))
                                            .must("address", text())))
                    .may("claimed_entity", text())
                    .may(
                            "loss_amount",
                            object().may("currency", matching("[A-Z]{3}"))
                                    .may("amount", number(0, Double.MAX_VALUE)))),
    CONTENT__REMOTE_COMPROMISE(
            MALWARE,
            Parts.page()
                    .must(
                            "compromise_type",
                            oneOf(
                                    "webshell",
                                    "backdoor",
                                    "defacement",
                                    "malicious_redirect",
                                    "seo_spam",
                                    "cryptominer",
                                    "phishing_kit",
                                    "malware_host",
                                    "c2_server",
                                    "proxy",
                                    "scanner",
                                    "other"))
                    .may(
                            "compromise_indicators",
                            listOf(
                                    object().must(
                                                    "type",
                                                    oneOf(
                                                            "file_path",
                                                            "process",
                                                            "network_connection",
                                                            "user_account",
                                                            "scheduled_task",
                                                            "registry_key",
                                                            "service"))
                                            .must("value", text())
                                            .may("description", text())))
                    .may(
                            "webshell_details",
                            object().may("family", text())
                                    .may(
                                            "capabilities",
                                            listOf(
                                                    oneOf(
                                                            "file_manager",
                                                            "command_execution",
                                                            "database_access",
                                                            "network_scanning",
                                                            "privilege_escalation",
                                                            "persistence",
                                                            "other")))
                                    .may("password_protected", flag()))
                    .may(
                            "affected_cms",
                            oneOf(
                                    "wordpress",
                                    "joomla",
                                    "drupal",
                                    "magento",
                                    "prestashop",
                                    "opencart",
                                    "custom",
                                    "unknown",
                                    "other"))
                    .may(
                            "vulnerability_exploited",
                            object().may("cve", matching("CVE-\\d{4}-\\d{4,}"))
                                    .may("description", text())
                                    .may("component", text()))
                    .may(
                            "persistence_mechanisms",
                            listOf(
                                    oneOf(
                                            "cron_job",
                                            "modified_core_files",
                                            "hidden_admin_account",
                                            "autoload_backdoor",
                                            "htaccess_modification",
                                            "database_backdoor",
                                            "other")))
                    .may(
                            "malicious_activities",
                            listOf(
                                    oneOf(
                                            "spam_sending",
                                            "ddos_attacks",
                                            "cryptocurrency_mining",
                                            "data_exfiltration",
                                            "lateral_movement",
                                            "hosting_malware",
                                            "hosting_phishing",
                                            "scanning",
                                            "other")))
                    .may(
                            "cleanup_status",
                            oneOf(
                                    "not_cleaned",
                                    "partially_cleaned",
                                    "cleaned",
                                    "reinfected",
                                    "unknown"))),
    CONTENT__SUSPICIOUS_REGISTRATION(
            FRAUD,
            Parts.page()
                    .must("registration_date", time())
                    .may("days_since_registration", whole(0))
                    .must(
                            "suspicious_indicators",
                            listOf(
                                    oneOf(
                                            "typosquatting",
                                            "homograph_attack",
                                            "brand_keyword",
                                            "suspicious_tld",
                                            "bulk_registration",
                                            "privacy_protection",
                                            "suspicious_registrant",
                                            "fast_flux",
                                            "dga_pattern",
                                            "known_bad_nameserver",
                                            "suspicious_ssl_cert",
                                            "immediate_activation",
                                            "parked_page",
                                            "other"),
                                    1,
                                    Integer.MAX_VALUE))
                    .may("risk_score", number(0, 1))
                    .may("targeted_brands", listOf(text()))
                    .may(
                            "registrant_details",
                            object().may("email_domain", text())
                                    .may("country", matching("[A-Z]{2}"))
                                    .may("privacy_protected", flag())
                                    .may("bulk_registrations", whole()))
                    .may(
                            "related_domains",
                            listOf(
                                    object().may("domain", text())
                                            .may(
                                                    "relationship",
                                                    oneOf(
                                                            "same_registrant",
                                                            "same_nameserver",
                                                            "same_ip",
                                                            "same_ssl_cert",
                                                            "similar_pattern",
                                                            "same_campaign")),
                                    0,
                                    20))
                    .may(
                            "predicted_usage",
                            listOf(
                                    oneOf(
                                            "phishing",
                                            "malware",
                                            "spam",
                                            "fraud",
                                            "brand_abuse",
                                            "botnet_c2",
                                            "unknown")))
                    .may(
                            "ssl_certificate_details",
                            object().may("issued_immediately", flag())
                                    .may("free_certificate", flag())
                                    .may("wildcard", flag()))
                    .may(
                            "activation_behavior",
                            object().may("time_to_activation", whole())
                                    .may(
                                            "initial_content",
                                            oneOf(
                                                    "parked",
                                                    "under_construction",
                                                    "immediate_malicious",
                                                    "cloned_site",
                                                    "blank",
                                                    "other")))),
    COPYRIGHT__COPYRIGHT(
            COPYRIGHT,
            Parts.work()
                    .must("infringing_url", uri())
                    .may("original_url", uri())
                    .may(
                            "infringement_type",
                            oneOf(
                                    "direct_copy",
                                    "modified_copy",
                                    "streaming",
                                    "download",
                                    "distribution"))),
    COPYRIGHT__P2P(
            COPYRIGHT,
            Parts.work()
                    .may(
                            "evidence_source",
                            oneOf(
                                    "automated_crawl",
                                    "manual_monitoring",
                                    "user_report",
                                    "rights_holder",
                                    "watermark_detection"))
                    .must(
                            "p2p_protocol",
                            oneOf("bittorrent", "edonkey", "gnutella", "kademlia", "other"))
                    .must(
                            "swarm_info",
                            object().may("info_hash", matching("[a-fA-F0-9]{40}"))
                                    .may("magnet_uri", matching("(?s)magnet:\\?xt=urn:.*"))
                                    .may("torrent_name", text(500))
                                    .may("file_count", whole(1))
                                    .may("total_size", whole(0))
                                    .nothingElse())
                    .may(
                            "peer_info",
                            object().may("peer_id", text(100))
                                    .may("client_version", text(100))
                                    .may("upload_amount", whole(0))
                                    .may("download_amount", whole(0))
                                    .nothingElse())
                    .may("work_category", Parts.workOf())
                    .may("release_date", date())
                    .may(
                            "detection_method",
                            oneOf(
                                    "automated_crawl",
                                    "fingerprinting",
                                    "metadata_match",
                                    "manual_verification"))),
    COPYRIGHT__CYBERLOCKER(
            COPYRIGHT,
            Parts.work()
                    .may(
                            "evidence_source",
                            oneOf(
                                    "automated_crawl",
                                    "manual_discovery",
                                    "user_report",
                                    "rights_holder",
                                    "search_engine"))
                    .must("infringing_url", uri())
                    .must("hosting_service", text(200))
                    .may(
                            "file_info",
                            object().may("filename", text(500))
                                    .may("file_size", whole(0))
                                    .may("file_hash", matching("(md5|sha1|sha256):[a-fA-F0-9]+"))
                                    .may("upload_date", time())
                                    .may("download_count", whole(0))
                                    .nothingElse())
                    .may(
                            "uploader_info",
                            Parts.uploader()
                                    .may(
                                            "account_type",
                                            oneOf("free", "premium", "business", "unknown"))
                                    .nothingElse())
                    .may("work_category", Parts.workOf("document"))
                    .may(
                            "access_method",
                            oneOf(
                                    "direct_link",
                                    "password_protected",
                                    "premium_only",
                                    "time_limited",
                                    "captcha_protected"))
                    .may(
                            "takedown_info",
                            object().may("previous_requests", whole(0))
                                    .may("service_response_time", text())
                                    .may("automated_removal", flag())
                                    .nothingElse())),
    COPYRIGHT__UGC_PLATFORM(
            COPYRIGHT,
            Parts.work()
                    .may(
                            "evidence_source",
                            oneOf(
                                    "automated_detection",
                                    "user_report",
                                    "rights_holder",
                                    "content_id_match",
                                    "fingerprint_match",
                                    "manual_review"))
                    .must("infringing_url", uri())
                    .must("platform_name", text(200))
                    .may(
                            "content_info",
                            object().may("content_id", text(200))
                                    .may("content_title", text(500))
                                    .may("content_description", text(2000))
                                    .may("upload_date", time())
                                    .may("content_duration", whole(0))
                                    .may("view_count", whole(0))
                                    .may("like_count", whole(0))
                                    .nothingElse())
                    .may(
                            "uploader_info",
                            Parts.uploader()
                                    .may("account_verified", flag())
                                    .may("subscriber_count", whole(0))
                                    .may("account_creation_date", time())
                                    .nothingElse())
                    .may(
                            "work_category",
                            oneOf(
                                    "movie",
                                    "tv_show",
                                    "music",
                                    "music_video",
                                    "audiobook",
                                    "podcast",
                                    "live_performance",
                                    "sports_event",
                                    "documentary",
                                    "other"))
                    .may(
                            "infringement_type",
                            oneOf(
                                    "full_work",
                                    "substantial_portion",
                                    "compilation",
                                    "remix_unauthorized",
                                    "background_music",
                                    "clip_mashup"))
                    .may(
                            "match_details",
                            object().may("match_confidence", number(0, 1))
                                    .may("match_duration", whole(0))
                                    .may("match_percentage", number(0, 100))
                                    .may("reference_id", text(200))
                                    .nothingElse())
                    .may(
                            "monetization_info",
                            object().may("monetized", flag())
                                    .may("ad_revenue", flag())
                                    .may("premium_content", flag())
                                    .nothingElse())),
    COPYRIGHT__LINK_SITE(
            COPYRIGHT,
            Parts.work()
                    .may(
                            "evidence_source",
                            oneOf(
                                    "automated_crawl",
                                    "manual_monitoring",
                                    "user_report",
                                    "rights_holder",
                                    "search_monitoring"))
                    .must("infringing_url", uri())
                    .must("site_name", text(200))
                    .may(
                            "site_category",
                            oneOf(
                                    "torrent_index",
                                    "direct_download_links",
                                    "streaming_links",
                                    "usenet_index",
                                    "search_engine",
                                    "forum_links",
                                    "other"))
                    .may(
                            "link_info",
                            object().may("page_title", text(500))
                                    .may("posting_date", time())
                                    .may("uploader", text(200))
                                    .may("download_count", whole(0))
                                    .may("link_count", whole(1))
                                    .may("comments_count", whole(0))
                                    .nothingElse())
                    .may(
                            "linked_content",
                            listOf(
                                    object().must("target_url", uri())
                                            .must(
                                                    "link_type",
                                                    oneOf(
                                                            "torrent_file",
                                                            "magnet_link",
                                                            "direct_download",
                                                            "streaming_link",
                                                            "usenet_nzb",
                                                            "other"))
                                            .may("hosting_service", text(200))
                                            .may("file_size", whole(0))
                                            .nothingElse(),
                                    0,
                                    50))
                    .may("work_category", Parts.workOf("adult_content"))
                    .may("search_terms", listOf(text(200), 0, 10))
                    .may(
                            "site_ranking",
                            object().may("alexa_rank", whole(1))
                                    .may("popularity_score", number(0, 10))
                                    .nothingElse())),
    COPYRIGHT__USENET(
            COPYRIGHT,
            Parts.work()
                    .may(
                            "evidence_source",
                            oneOf(
                                    "automated_monitoring",
                                    "newsgroup_crawl",
                                    "user_report",
                                    "rights_holder",
                                    "nzb_index_monitoring"))
                    .must("newsgroup", text(200))
                    .must(
                            "message_info",
                            object().must("message_id", text(500))
                                    .may("subject", text(500))
                                    .may("from_header", text(200))
                                    .may("posting_date", time())
                                    .may("part_number", whole(1))
                                    .may("total_parts", whole(1))
                                    .may("file_size", whole(0))
                                    .nothingElse())
                    .may(
                            "nzb_info",
                            object().may("nzb_name", text(500))
                                    .may("nzb_url", uri())
                                    .may("indexer_site", text(200))
                                    .may("completion_percentage", number(0, 100))
                                    .nothingElse())
                    .may(
                            "server_info",
                            object().may("nntp_server", text(200))
                                    .may("server_group", text(200))
                                    .may("retention_days", whole(1))
                                    .nothingElse())
                    .may("work_category", Parts.workOf("magazine", "adult_content"))
                    .may(
                            "encoding_info",
                            object().may(
                                            "encoding_format",
                                            oneOf("yenc", "uuencode", "base64", "other"))
                                    .may("par2_recovery", flag())
                                    .may("rar_compression", flag())
                                    .nothingElse())
                    .may(
                            "detection_method",
                            oneOf(
                                    "subject_line_match",
                                    "header_analysis",
                                    "content_sampling",
                                    "nzb_metadata")));

    private static final int EVIDENCE_COUNT_MAX = 50;
    private static final int EVIDENCE_BYTES_MAX = 5_242_880;
    private static final int TAGS_MAX = 20;

    private final Category ours;
    private final Shape shape;

    XarfType(Category ours, Shape own) {
        this.ours = ours;
        this.shape = Parts.common().and(own);
    }

    /** What such a report is to us. */
    Category ours() {
        return ours;
    }

    /** The whole of a report of this type. */
    Shape shape() {
        return shape;
    }

    String category() {
        return name().substring(0, name().indexOf("__")).toLowerCase(Locale.ROOT);
    }

    String type() {
        return name().substring(name().indexOf("__") + 2).toLowerCase(Locale.ROOT);
    }

    /** Such as {@code messaging/spam}. */
    String wire() {
        return category() + "/" + type();
    }

    /** True where an attack from an address says nothing without its port: many homes may share the address. */
    boolean wantsPort() {
        return this == CONNECTION__LOGIN_ATTACK
                || this == CONNECTION__PORT_SCAN
                || this == CONNECTION__DDOS;
    }

    static Optional<XarfType> of(String category, String type) {
        for (XarfType known : values()) {
            if (known.category().equals(category) && known.type().equals(type)) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    /** What several types have in common; a class of its own, so that it is there before the constants. */
    private static final class Parts {
        static final Rule ANYTHING = (value, at, wrongs) -> {};

        static Shape common() {
            Shape contact =
                    object().must("org", text(200))
                            .must("contact", mailbox())
                            .must("domain", host())
                            .nothingElse();
            Shape evidence =
                    object().must("content_type", text())
                            .may("description", text(500))
                            .must("payload", text())
                            .may("hash", matching("(md5|sha1|sha256|sha512):[a-fA-F0-9]+"))
                            .may("size", whole(0, EVIDENCE_BYTES_MAX))
                            .nothingElse();
            return object().must("xarf_version", matching("4\\.[0-9]+\\.[0-9]+"))
                    .must("report_id", uuid())
                    .must("timestamp", time())
                    .must("reporter", contact)
                    .must("sender", contact)
                    .must("source_identifier", text())
                    .may("source_port", port())
                    .must("category", text())
                    .must("type", text())
                    .may("evidence_source", text())
                    .may("evidence", listOf(evidence, 0, EVIDENCE_COUNT_MAX))
                    .may(
                            "tags",
                            listOf(
                                    matching("[a-z0-9][a-z0-9_+-]*:[a-z0-9][a-z0-9_+-]*"),
                                    0,
                                    TAGS_MAX))
                    .may("confidence", number(0, 1))
                    .may("description", text(1000))
                    .may("legacy_version", oneOf("3"))
                    .may("_internal", object());
        }

        static Shape attack() {
            return object().may("destination_ip", address())
                    .may("destination_port", port())
                    .must("protocol", oneOf("tcp", "udp", "icmp", "sctp"))
                    .must("first_seen", time())
                    .may("last_seen", time());
        }

        static Shape visit() {
            return attack().must("protocol", oneOf("tcp", "udp"));
        }

        static Shape page() {
            return object().must("url", uri())
                    .may("domain", matching("([a-z0-9]+(-[a-z0-9]+)*\\.)+[a-z]{2,}"))
                    .may("registrar", text())
                    .may("nameservers", listOf(text()))
                    .may(
                            "dns_records",
                            object().may("a", listOf(v4()))
                                    .may("aaaa", listOf(v6()))
                                    .may("mx", listOf(text()))
                                    .may("txt", listOf(text())))
                    .may("screenshot_url", uri())
                    .may("verified_at", time())
                    .may(
                            "verification_method",
                            oneOf(
                                    "manual",
                                    "automated_crawler",
                                    "user_report",
                                    "honeypot",
                                    "threat_intelligence"))
                    .may(
                            "attack_vector",
                            oneOf(
                                    "phishing",
                                    "malware",
                                    "fraud",
                                    "brand_infringement",
                                    "copyright_infringement",
                                    "data_leak",
                                    "remote_compromise",
                                    "suspicious_registration"))
                    .may("target_brand", text())
                    .may("hosting_provider", text())
                    .may("asn", whole(1, 4_294_967_295L))
                    .may("country_code", matching("[A-Z]{2}"))
                    .may(
                            "ssl_certificate",
                            object().may("issuer", text())
                                    .may("subject", text())
                                    .may("valid_from", time())
                                    .may("valid_to", time())
                                    .may("fingerprint", text()))
                    .may(
                            "whois",
                            object().may("registrant", text())
                                    .may("created_date", time())
                                    .may("updated_date", time())
                                    .may("expiry_date", time())
                                    .may("registrar_abuse_contact", mailbox()))
                    .may(
                            "dns_response",
                            object().may("query_time", time())
                                    .may("authoritative", flag())
                                    .may(
                                            "response_code",
                                            oneOf("NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED")));
        }

        static Shape hashes() {
            return object().may("md5", matching("[a-fA-F0-9]{32}"))
                    .may("sha1", matching("[a-fA-F0-9]{40}"))
                    .may("sha256", matching("[a-fA-F0-9]{64}"));
        }

        static Shape work() {
            return object().may("work_title", text(500)).may("rights_holder", text(200));
        }

        static Rule workOf(String... more) {
            var kinds =
                    new java.util.ArrayList<>(
                            java.util.List.of(
                                    "movie",
                                    "tv_show",
                                    "music",
                                    "software",
                                    "ebook",
                                    "audiobook",
                                    "game"));
            kinds.addAll(java.util.List.of(more));
            kinds.add("other");
            return oneOf(kinds.toArray(String[]::new));
        }

        static Shape uploader() {
            return object().may("username", text(200)).may("user_id", text(100));
        }

        static Rule v4() {
            return (value, at, wrongs) -> {
                if (!value.isString()
                        || !Rule.isAddress(value.stringValue())
                        || value.stringValue().contains(":")) {
                    wrongs.add(at, "address", "must be an IPv4 address");
                }
            };
        }

        static Rule v6() {
            return (value, at, wrongs) -> {
                if (!value.isString()
                        || !Rule.isAddress(value.stringValue())
                        || !value.stringValue().contains(":")) {
                    wrongs.add(at, "address", "must be an IPv6 address");
                }
            };
        }
    }
}
