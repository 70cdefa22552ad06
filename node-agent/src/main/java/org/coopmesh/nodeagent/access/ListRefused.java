package org.coopmesh.nodeagent.access;

/** A list that must not be enforced; the one before stays. */
class ListRefused extends Exception {

    private final Trouble trouble;

    ListRefused(Trouble trouble, String why) {
        super(why);
        this.trouble = trouble;
    }

    Trouble trouble() {
        return trouble;
    }

    /** A list signed by a key that this node does not know, or not yet: the next renewal may name it. */
    static final class KeyUnknown extends ListRefused {

        private final String keyId;

        KeyUnknown(String keyId) {
            super(Trouble.LIST_KEY_UNKNOWN, "signed with unknown key " + keyId);
            this.keyId = keyId;
        }

        String keyId() {
            return keyId;
        }
    }

    /** A list that does not add up from here; a whole one may. */
    static final class Incomplete extends ListRefused {

        Incomplete(String why) {
            super(Trouble.LIST_HALF, why);
        }
    }
}
