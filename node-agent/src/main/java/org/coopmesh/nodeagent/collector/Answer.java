package org.coopmesh.nodeagent.collector;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one datagram says of one router. Only what is shown is read: no owner, no place, no list of clients or wired devices.
 *
 * @param hostname null where it was not told
 * @param figures null where they were not told
 * @param neighbours null where they were not told
 * @param own addresses of its mesh interfaces, lower case
 * @param combined whether it came in the newer, compressed form
 * @param agent whether an agent of a co-op speaks: that one reports by itself
 * @param cut whether it had more neighbours than are taken
 */
record Answer(
        String routerId,
        @Nullable String hostname,
        @Nullable Figures figures,
        @Nullable List<Neighbour> neighbours,
        Set<String> own,
        boolean combined,
        boolean agent,
        boolean cut) {
    static final int BYTES_MAX = 16 << 10;
    static final int UNPACKED_BYTES_MAX = 64 << 10;
    static final int NEIGHBOURS_MAX = 64;
    static final int HOSTNAME_LENGTH_MAX = 64;
    private static final int DEPTH_MAX = 16;
    private static final int OWN_MAX = 32;
    private static final int NUMBER_LENGTH_MAX = 32;
    private static final double COUNT_MAX = 9e18;
    private static final int LOAD_MILLI_MAX = 1_000_000;
    private static final int CLIENTS_MAX = 100_000;
    private static final int COST_MAX = 1_000_000;
    private static final int TQ_MAX = 255;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{12}");
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}");
    private static final Pattern MAC = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:.*:)[0-9a-f:.]{2,45}");

    /**
     * Reads a datagram: deflated JSON, or the plain JSON that answers the old question of one word.
     *
     * @throws AnswerRefused if it breaks any bound
     */
    static Answer read(byte[] datagram) throws AnswerRefused {
        if (datagram.length > BYTES_MAX) throw new AnswerRefused(Objection.ANSWER_TOO_LONG);
        if (looksPlain(datagram)) {
            try {
                return new Parser(datagram).answer();
            } catch (AnswerRefused refused) {
                // Deflate may begin with the same two bytes, once in many thousands.
                if (refused.objection() != Objection.ANSWER_MALFORMED) throw refused;
                try {
                    return new Parser(Deflated.unpack(datagram, UNPACKED_BYTES_MAX)).answer();
                } catch (AnswerRefused notThatEither) {
                    throw refused;
                }
            }
        }
        return new Parser(Deflated.unpack(datagram, UNPACKED_BYTES_MAX)).answer();
    }

    private static boolean looksPlain(byte[] datagram) {
        return datagram.length >= 2
                && datagram[0] == '{'
                && (datagram[1] == '"' || Character.isWhitespace(datagram[1]));
    }

    /** Reads what is known and skips what is not, so that newer routers are understood. */
    private static final class Parser {
        private final JsonReader in;
        private @Nullable String id;
        private @Nullable String hostname;
        private @Nullable List<Neighbour> neighbours;
        private final Set<String> own = new HashSet<>();
        private boolean combined;
        private boolean agent;
        private boolean cut;
        private boolean counted;
        private long uptime;
        private int load;
        private int clients;
        private long rx;
        private long tx;
        private long forward;

        /** What stands behind a name. */
        private interface Member {
            void read(String name) throws IOException, AnswerRefused;
        }

        Parser(byte[] json) {
            in =
                    new JsonReader(
                            new InputStreamReader(
                                    new ByteArrayInputStream(json),
                                    StandardCharsets.UTF_8
                                            .newDecoder()
                                            .onMalformedInput(CodingErrorAction.REPORT)
                                            .onUnmappableCharacter(CodingErrorAction.REPORT)));
            in.setStrictness(Strictness.STRICT);
            in.setNestingLimit(DEPTH_MAX);
        }

        Answer answer() throws AnswerRefused {
            try {
                if (in.peek() != JsonToken.BEGIN_OBJECT) {
                    throw new AnswerRefused(Objection.ANSWER_MALFORMED);
                }
                object(this::top);
                if (in.peek() != JsonToken.END_DOCUMENT) {
                    throw new AnswerRefused(Objection.ANSWER_MALFORMED);
                }
            } catch (IOException | IllegalStateException | NumberFormatException malformed) {
                throw new AnswerRefused(Objection.ANSWER_MALFORMED);
            }
            String router = id;
            if (router == null) throw new AnswerRefused(Objection.ID_MALFORMED);
            return new Answer(
                    router,
                    hostname,
                    counted ? new Figures(uptime, load, clients, rx, tx, forward) : null,
                    neighbours == null ? null : List.copyOf(neighbours),
                    Set.copyOf(own),
                    combined,
                    agent,
                    cut);
        }

        private void top(String name) throws IOException, AnswerRefused {
            switch (name) {
                case "nodeinfo", "statistics", "neighbours" -> {
                    combined = true;
                    object(this::part);
                }
                default -> part(name);
            }
        }

        private void part(String name) throws IOException, AnswerRefused {
            switch (name) {
                case "node_id" -> id();
                case "hostname" -> hostname();
                case "network" -> object(this::network);
                case "coopmesh" -> {
                    agent = true;
                    in.skipValue();
                }
                case "uptime" -> uptime = count();
                case "loadavg" -> load = bounded(1_000 * number(), LOAD_MILLI_MAX);
                case "clients" ->
                        object(kind -> {
                            if (kind.equals("total")) clients = counted(CLIENTS_MAX);
                            else in.skipValue();
                        });
                case "traffic" -> object(this::traffic);
                case "batadv" -> object(mac -> interfaceOf("batadv", mac));
                case "babel" -> object(device -> interfaceOf("babel", device));
                default -> in.skipValue();
            }
        }

        private void id() throws IOException, AnswerRefused {
            String told = text();
            if (!ID.matcher(told).matches()) throw new AnswerRefused(Objection.ID_MALFORMED);
            if (id != null && !id.equals(told)) throw new AnswerRefused(Objection.IDS_DIFFER);
            id = told;
        }

        private void hostname() throws IOException, AnswerRefused {
            if (in.peek() == JsonToken.NULL) {
                in.skipValue();
                return;
            }
            String told = text();
            if (told.codePointCount(0, told.length()) > HOSTNAME_LENGTH_MAX
                    || !told.codePoints().allMatch(Answer::canBeSeen)) {
                throw new AnswerRefused(Objection.HOSTNAME_MALFORMED);
            }
            hostname = told.strip();
        }

        private void network(String name) throws IOException, AnswerRefused {
            switch (name) {
                case "mac" -> own(text());
                case "mesh_interfaces" -> addresses();
                case "mesh" ->
                        object(device ->
                                object(part -> {
                                    if (part.equals("interfaces")) object(kind -> addresses());
                                    else in.skipValue();
                                }));
                default -> in.skipValue();
            }
        }

        private void addresses() throws IOException, AnswerRefused {
            if (in.peek() != JsonToken.BEGIN_ARRAY) {
                in.skipValue();
                return;
            }
            in.beginArray();
            while (in.hasNext()) own(text());
            in.endArray();
        }

        private void own(String address) throws AnswerRefused {
            if (own.size() < OWN_MAX) own.add(address(address));
        }

        private void traffic(String direction) throws IOException, AnswerRefused {
            object(unit -> {
                if (!unit.equals("bytes")) {
                    in.skipValue();
                    return;
                }
                long bytes = count();
                switch (direction) {
                    case "rx" -> rx = bytes;
                    case "tx" -> tx = bytes;
                    case "forward" -> forward = bytes;
                    default -> {} // Management traffic is not shown.
                }
            });
        }

        /** One interface of a routing daemon, named by its MAC (batadv) or by its name (babel). */
        private void interfaceOf(String daemon, String name) throws IOException, AnswerRefused {
            List<Neighbour> heard = neighbours == null ? new ArrayList<>() : neighbours;
            neighbours = heard;
            if (daemon.equals("batadv")) own(name);
            object(part -> {
                switch (part) {
                    case "ll-addr" -> own(text());
                    case "neighbours" -> object(address -> neighbour(daemon, address, heard));
                    default -> in.skipValue();
                }
            });
        }

        private void neighbour(String daemon, String address, List<Neighbour> heard)
                throws IOException, AnswerRefused {
            int[] figures = new int[3];
            object(figure -> {
                switch (figure) {
                    case "tq" -> figures[0] = bounded(number(), TQ_MAX);
                    case "rxcost" -> figures[1] = bounded(number(), COST_MAX);
                    case "txcost" -> figures[2] = bounded(number(), COST_MAX);
                    default -> in.skipValue();
                }
            });
            if (heard.size() >= NEIGHBOURS_MAX) {
                cut = true;
                return;
            }
            heard.add(new Neighbour(address(address), daemon, figures[0], figures[1], figures[2]));
        }

        /** Lua writes an empty object as an empty list; what is no object says nothing. */
        private void object(Member member) throws IOException, AnswerRefused {
            if (in.peek() != JsonToken.BEGIN_OBJECT) {
                in.skipValue();
                return;
            }
            in.beginObject();
            while (in.hasNext()) member.read(in.nextName());
            in.endObject();
        }

        private String text() throws IOException, AnswerRefused {
            if (in.peek() != JsonToken.STRING) throw new AnswerRefused(Objection.ANSWER_MALFORMED);
            return in.nextString();
        }

        private long count() throws IOException, AnswerRefused {
            counted = true;
            String text = numeral();
            if (WHOLE.matcher(text).matches()) return Long.parseLong(text);
            double value = Double.parseDouble(text);
            // Lua has no integers: 3669258402.9999998 means 3669258403.
            if (value >= 0 && value <= COUNT_MAX) return Math.round(value);
            throw new AnswerRefused(Objection.COUNT_OUT_OF_RANGE);
        }

        private int counted(int most) throws IOException, AnswerRefused {
            counted = true;
            return bounded(number(), most);
        }

        private double number() throws IOException, AnswerRefused {
            return Double.parseDouble(numeral());
        }

        private String numeral() throws IOException, AnswerRefused {
            if (in.peek() != JsonToken.NUMBER) throw new AnswerRefused(Objection.ANSWER_MALFORMED);
            String text = in.nextString();
            if (text.length() > NUMBER_LENGTH_MAX) {
                throw new AnswerRefused(Objection.COUNT_OUT_OF_RANGE);
            }
            return text;
        }

        private static int bounded(double value, int most) throws AnswerRefused {
            if (value >= 0 && value <= most) return (int) Math.round(value);
            throw new AnswerRefused(Objection.COUNT_OUT_OF_RANGE);
        }

        private static String address(String text) throws AnswerRefused {
            int zone = text.indexOf('%');
            String address = (zone < 0 ? text : text.substring(0, zone)).toLowerCase(Locale.ROOT);
            if (!MAC.matcher(address).matches() && !IPV6.matcher(address).matches()) {
                throw new AnswerRefused(Objection.ADDRESS_MALFORMED);
            }
            return address;
        }
    }

    /** Neither a control character, nor one that turns the direction of a line, nor half of one. */
    private static boolean canBeSeen(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }
}
