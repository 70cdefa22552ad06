package org.coopmesh.nodeagent;

/** The configuration file breaks a rule; the message names the key and the rule. */
public final class ConfigWrong extends Exception {
    private static final long serialVersionUID = 1;

    ConfigWrong(String key, String rule) {
        super(key + ": " + rule);
    }
}
