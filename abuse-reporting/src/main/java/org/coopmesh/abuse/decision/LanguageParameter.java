package org.coopmesh.abuse.decision;

import org.coopmesh.abuse.report.Language;
import org.springframework.core.convert.converter.Converter;
import org.springframework.stereotype.Component;

/** Lets a query parameter name a language; a name that is none becomes a 400 that says which parameter. */
@Component
class LanguageParameter implements Converter<String, Language> {
    @Override
    public Language convert(String text) {
        return Language.of(text);
    }
}
