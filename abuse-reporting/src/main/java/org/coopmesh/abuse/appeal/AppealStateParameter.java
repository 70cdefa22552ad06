package org.coopmesh.abuse.appeal;

import org.springframework.core.convert.converter.Converter;
import org.springframework.stereotype.Component;

/** Lets a query parameter use the names on the wire; a name that is none becomes a 400 that says which parameter. */
@Component
class AppealStateParameter implements Converter<String, AppealState> {
    @Override
    public AppealState convert(String text) {
        return AppealState.parse(text);
    }
}
