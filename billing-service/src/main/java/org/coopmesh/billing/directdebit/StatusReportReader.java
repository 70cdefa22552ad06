package org.coopmesh.billing.directdebit;

import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** Reads pain.002, versions 3 and 10, piece by piece, so that no file is larger in memory than what it refuses. */
final class StatusReportReader {
    static final int BYTES_MAX = 8 * 1024 * 1024;

    private static final int DEPTH_MAX = 40;
    private static final int TEXT_MAX = 4_000;
    private static final int ID_MAX = 35;
    private static final int REJECTED_MAX = 20_000;
    private static final Set<String> NAMESPACES =
            Set.of(
                    "urn:iso:std:iso:20022:tech:xsd:pain.002.001.03",
                    "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10");

    /** Where the bank gives no reason. */
    private static final String UNSAID = "NARR";

    private final XMLStreamReader xml;
    private final Deque<String> path = new ArrayDeque<>();
    private final StringBuilder text = new StringBuilder();
    private final List<StatusReport.Rejected> batches = new ArrayList<>();
    private final List<StatusReport.Rejected> items = new ArrayList<>();

    private @Nullable String messageId;
    private @Nullable String wholeStatus;
    private @Nullable String wholeCode;
    private @Nullable String batchId;
    private @Nullable String batchStatus;
    private @Nullable String batchCode;
    private @Nullable String itemId;
    private @Nullable String itemStatus;
    private @Nullable String itemCode;

    private StatusReportReader(XMLStreamReader xml) {
        this.xml = xml;
    }

    /**
     * @throws StatusReportRefused if it is none, or anything in it is wrong
     */
    static StatusReport read(byte[] file) {
        if (file.length == 0) {
            throw new StatusReportRefused(0, "empty", "the file is empty");
        }
        if (file.length > BYTES_MAX) {
            throw new StatusReportRefused(0, "size", "more than " + BYTES_MAX + " bytes");
        }
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setXMLReporter(
                (message, type, about, location) -> {}); // Else it writes to the error stream.
        factory.setXMLResolver(
                (publicId, systemId, base, namespace) -> new ByteArrayInputStream(new byte[0]));
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(file));
            return new StatusReportReader(xml).document();
        } catch (XMLStreamException malformed) {
            throw malformed(
                    malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNumber());
        }
    }

    private static StatusReportRefused malformed(int line) {
        return new StatusReportRefused(
                Math.max(line, 0), "malformed", "not well-formed XML, or cut off");
    }

    private int line() {
        return Math.max(xml.getLocation().getLineNumber(), 0);
    }

    /** The parser's own slips on hostile input are the file's, too. */
    private int next() throws XMLStreamException {
        int event;
        try {
            if (!xml.hasNext()) {
                throw malformed(line());
            }
            event = xml.next();
        } catch (StatusReportRefused | XMLStreamException known) {
            throw known;
        } catch (RuntimeException slip) {
            throw malformed(line());
        }
        if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
            throw new StatusReportRefused(
                    line(), "document-type", "a document type or an entity, which no bank sends");
        }
        return event;
    }

    private StatusReport document() throws XMLStreamException {
        int event = next();
        while (event != XMLStreamConstants.START_ELEMENT) {
            event = next();
        }
        String namespace = xml.getNamespaceURI();
        if (namespace == null
                || !NAMESPACES.contains(namespace)
                || !xml.getLocalName().equals("Document")) {
            throw new StatusReportRefused(
                    line(), "namespace", "pain.002 in versions 3 and 10 is read");
        }
        int depth = 1;
        while (depth > 0) {
            event = next();
            switch (event) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (++depth > DEPTH_MAX) {
                        throw new StatusReportRefused(
                                line(),
                                "depth",
                                "more than " + DEPTH_MAX + " elements within elements");
                    }
                    path.addLast(xml.getLocalName());
                    text.setLength(0);
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (text.length() + xml.getTextLength() > TEXT_MAX) {
                        throw new StatusReportRefused(
                                line(), "text", "a text of more than " + TEXT_MAX + " characters");
                    }
                    text.append(xml.getText());
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    depth--;
                    if (depth > 0) {
                        end(text.toString().strip());
                        path.removeLast();
                        text.setLength(0);
                    }
                }
                default -> {}
            }
        }
        if (messageId == null) {
            throw new StatusReportRefused(0, "message", "it does not say which file it answers");
        }
        boolean whole = "RJCT".equals(wholeStatus);
        return new StatusReport(
                messageId,
                whole ? code(wholeCode) : null,
                List.copyOf(batches),
                List.copyOf(items));
    }

    /** An element ends, with what it said. */
    private void end(String said) {
        String here = String.join("/", path);
        switch (here) {
            case "CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgId" -> messageId = id(said);
            case "CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgNmId" -> {
                if (!said.startsWith("pain.008")) {
                    throw new StatusReportRefused(
                            line(),
                            "message-kind",
                            "it answers no direct debits but " + brief(said));
                }
            }
            case "CstmrPmtStsRpt/OrgnlGrpInfAndSts/GrpSts" -> wholeStatus = said;
            case "CstmrPmtStsRpt/OrgnlGrpInfAndSts/StsRsnInf/Rsn/Cd",
                    "CstmrPmtStsRpt/OrgnlGrpInfAndSts/StsRsnInf/Rsn/Prtry" ->
                    wholeCode = said;
            case "CstmrPmtStsRpt/OrgnlPmtInfAndSts/OrgnlPmtInfId" -> batchId = id(said);
            case "CstmrPmtStsRpt/OrgnlPmtInfAndSts/PmtInfSts" -> batchStatus = said;
            case "CstmrPmtStsRpt/OrgnlPmtInfAndSts/StsRsnInf/Rsn/Cd",
                    "CstmrPmtStsRpt/OrgnlPmtInfAndSts/StsRsnInf/Rsn/Prtry" ->
                    batchCode = said;
            case "CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts/OrgnlEndToEndId" ->
                    itemId = id(said);
            case "CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts/TxSts" -> itemStatus = said;
            case "CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/Rsn/Cd",
                    "CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/Rsn/Prtry" ->
                    itemCode = said;
            case "CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts" -> {
                if ("RJCT".equals(itemStatus)) {
                    add(items, itemId, itemCode, "an item that was refused, and not which");
                }
                itemId = null;
                itemStatus = null;
                itemCode = null;
            }
            case "CstmrPmtStsRpt/OrgnlPmtInfAndSts" -> {
                if ("RJCT".equals(batchStatus)) {
                    add(batches, batchId, batchCode, "a batch that was refused, and not which");
                }
                batchId = null;
                batchStatus = null;
                batchCode = null;
            }
            default -> {}
        }
    }

    private void add(
            List<StatusReport.Rejected> to,
            @Nullable String id,
            @Nullable String code,
            String unnamed) {
        if (id == null) {
            throw new StatusReportRefused(line(), "id", unnamed);
        }
        if (to.size() == REJECTED_MAX) {
            throw new StatusReportRefused(
                    line(), "items", "more than " + REJECTED_MAX + " were refused");
        }
        to.add(new StatusReport.Rejected(id, code(code)));
    }

    private static String code(@Nullable String code) {
        return code == null || !code.matches("[A-Z0-9]{4}") ? UNSAID : code;
    }

    private String id(String said) {
        if (said.isEmpty() || said.length() > ID_MAX) {
            throw new StatusReportRefused(line(), "id", "an id of 1 to 35 characters");
        }
        return said;
    }

    private static String brief(String said) {
        return said.length() <= ID_MAX ? said : said.substring(0, ID_MAX) + "…";
    }
}
